import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from "playwright-core";

/** Where Debian, Ubuntu, Fedora and Google put it; `CHROMIUM_PATH` names any other. */
const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const WAIT_MS = 20_000;

/** @throws with what to install when this machine has no Chromium */
export async function launchChromium(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? PLACES.find((place) => existsSync(place));
  if (executablePath === undefined)
    throw new Error(
      `The browser tests need Chromium at one of ${PLACES.join(", ")} or at CHROMIUM_PATH: ` +
        "apt-get install -y --no-install-recommends chromium",
    );
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
}

/** One browser window of one person: its own storage, and everything that it complained about. */
export class ChatWindow {
  readonly page: Page;
  readonly complaints: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(WAIT_MS);
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("dialog", (dialog) => {
      this.complaints.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
  }

  static async open(browser: Browser, options: BrowserContextOptions = {}): Promise<ChatWindow> {
    const context = await browser.newContext({ viewport: { width: 1000, height: 700 }, ...options });
    return new ChatWindow(await context.newPage());
  }

  /** Joins through the form, as a visitor does. */
  async join(url: string, room: string, name: string): Promise<void> {
    await this.page.goto(`${url}/?room=${room}`);
    await this.page.getByLabel("Your name").fill(name);
    await this.page.getByRole("button", { name: "Join", exact: true }).click();
    await this.connected();
  }

  async connected(timeout = WAIT_MS): Promise<void> {
    await this.page.getByText("Connected", { exact: true }).waitFor({ timeout });
  }

  get composer(): Locator {
    return this.page.getByRole("textbox", { name: "Message" });
  }

  get log(): Locator {
    return this.page.getByRole("log", { name: "Messages" });
  }

  /** Sends with Enter and waits until the room has it. */
  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press("Enter");
    await this.message(text).and(this.page.locator("[data-state=shown]")).waitFor();
  }

  message(text: string): Locator {
    return this.page.locator("article").filter({ hasText: text });
  }

  /** Waits until so many messages are shown. */
  async shows(count: number): Promise<string[]> {
    await this.page
      .locator("article")
      .nth(count - 1)
      .waitFor();
    return this.texts();
  }

  texts(): Promise<string[]> {
    return this.page.locator("article .text").allTextContents();
  }

  /** Px by which the page is wider than its window. */
  overflow(): Promise<number> {
    return this.page.locator("html").evaluate((root) => root.scrollWidth - root.clientWidth);
  }
}
