import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ChatClient } from "../../client/chat-client.ts";
import { nextEvent } from "../../client/next-event.ts";
import { ChatWindow, launchChromium } from "./support/chat-window.ts";
import { IsolatedChat } from "./support/isolated-chat.ts";
import { sideBySide } from "./support/side-by-side.ts";

const chat = new IsolatedChat();
let browser: Browser;
let url = "";
const windows: ChatWindow[] = [];

beforeAll(async () => {
  browser = await launchChromium();
  await chat.mustNpm("start", "--detach", "--port", "0", "--api-port", "0");
  url = chat.account.edgeUrl;
});
afterAll(async () => {
  await browser?.close();
  await chat.dispose();
});
afterEach(async () => {
  const complaints = windows.flatMap((window) => window.complaints);
  for (const { page } of windows.splice(0)) await page.context().close();
  // No console error, no blocked script or style, in any of these tests.
  expect(complaints).toEqual([]);
});

const newRoom = (): string => `room-${randomUUID().slice(0, 8)}`;

async function open(options: Parameters<typeof ChatWindow.open>[1] = {}): Promise<ChatWindow> {
  const window = await ChatWindow.open(browser, options);
  windows.push(window);
  return window;
}

async function joined(room: string, name: string, options: Parameters<typeof ChatWindow.open>[1] = {}) {
  const window = await open(options);
  await window.join(url, room, name);
  return window;
}

/** Fills a room from Node: each writer may send ten messages a minute. */
async function fill(room: string, count: number): Promise<void> {
  for (let at = 0; at < count; ) {
    const writer = new ChatClient({ url, room, username: `Writer ${at}` });
    await nextEvent(writer, "welcome");
    for (let own = 0; own < 10 && at < count; own++, at++)
      expect((await writer.send(`message ${at}`).outcome).status).toBe("acknowledged");
    writer.close();
  }
}

describe("two windows", () => {
  it("chat: messages, marks, who types, who is here and who left", async () => {
    const room = newRoom();
    const [ada, bob] = await Promise.all([joined(room, "Ada Lovelace"), joined(room, "Bob")]);
    await ada.say("Hello Bob");
    await bob.say("Hello Ada");
    expect(await ada.shows(2)).toEqual(["Hello Bob", "Hello Ada"]);
    expect(await bob.shows(2)).toEqual(["Hello Bob", "Hello Ada"]);
    await ada.message("Hello Bob").getByText("Delivered").waitFor();

    await bob.composer.pressSequentially("I am");
    await ada.page.getByText("Bob is typing…").waitFor();
    await bob.composer.fill("");
    await ada.page.getByText("Bob is typing…").waitFor({ state: "detached" });

    const roster = ada.page.getByRole("dialog", { name: "Who is here" });
    await roster.getByText("Bob").waitFor();
    await bob.page.getByRole("button", { name: "Leave" }).click();
    await bob.page.getByRole("heading", { name: "Join a room" }).waitFor();
    await roster.getByText("Bob").waitFor({ state: "detached" });
  });

  it("show markup in names and messages as the text that it is", async () => {
    const room = newRoom();
    const [eve, bob] = await Promise.all([joined(room, "<img src=x onerror=alert(1)>"), joined(room, "Bob")]);
    const text = "<script>alert(1)</script><b onclick=alert(2)>bold</b>";
    await eve.say(text);
    expect(await bob.shows(1)).toEqual([text]);
    await bob.log.getByText("<img src=x onerror=alert(1)>").waitFor();
    expect(await bob.page.locator("article :is(img, script, b), dialog :is(img, script, b)").count()).toBe(0);
  });

  it("tell of new messages to a reader who scrolled up, without moving the page", async () => {
    const room = newRoom();
    await fill(room, 30);
    const reader = await joined(room, "Reader", { viewport: { width: 800, height: 500 } });
    await reader.shows(30);
    await reader.log.evaluate((log) => log.scrollTo(0, log.scrollHeight / 2));
    const top = await reader.message("message 15").evaluate((node) => node.getBoundingClientRect().top);
    const bob = await joined(room, "Bob");
    await bob.say("news");
    const pill = reader.page.getByRole("button", { name: "1 new" });
    await pill.waitFor();
    expect(await reader.message("message 15").evaluate((node) => node.getBoundingClientRect().top)).toBe(top);
    await pill.click();
    await pill.waitFor({ state: "hidden" });
    expect(await reader.message("news").isVisible()).toBe(true);
  });
});

describe("three windows, in Tokyo, Frankfurt and Washington", () => {
  it("are one room: each is served near its place, and says of a message from elsewhere where it came from", async () => {
    const room = newRoom();
    const at = async (city: string, name: string) => {
      const window = await open();
      await window.join(`http://${city}.localhost:${new URL(url).port}`, room, name);
      return window;
    };
    const [chie, finn, wendy] = [await at("nrt", "Chie"), await at("fra", "Finn"), await at("iad", "Wendy")];
    await chie.page.getByText("Asia-Pacific ·").waitFor();
    await finn.page.getByText("Western Europe ·").waitFor();
    await wendy.page.getByText("Eastern North America ·").waitFor();
    await chie.say("konnichiwa");
    await finn.say("moin");
    await wendy.say("howdy");
    for (const window of [chie, finn, wendy]) {
      expect((await window.shows(3)).sort()).toEqual(["howdy", "konnichiwa", "moin"]);
      await window.page.getByRole("button", { name: "3 here. Show who" }).waitFor();
    }
    await expect.poll(() => finn.texts()).toEqual(await chie.texts());
    const origin = (window: ChatWindow, text: string) =>
      window.message(text).locator(".region").textContent();
    expect([await origin(finn, "konnichiwa"), await origin(finn, "moin")]).toEqual(["apac", ""]);
    expect([await origin(chie, "howdy"), await origin(chie, "moin")]).toEqual(["enam", "weur"]);
  });
});

describe("the picture in the README", () => {
  it("is what two people see, and stays small", async () => {
    const room = "launch-day";
    const size = { viewport: { width: 560, height: 640 } };
    const ada = await joined(room, "Ada Lovelace", size);
    const grace = await joined(room, "Grace Hopper", { ...size, colorScheme: "dark" });
    await ada.say("Morning! Is the new region live already?");
    await grace.say("Since 08:52. Everything green so far.");
    await grace.say("The median went from 140 ms down to 31 ms.");
    await ada.say("That is what I hoped for. Shall we tell the others?");
    await grace.say(
      "Let me write it up:\n1. region added\n2. rooms kept, nobody was disconnected for longer than a blink",
    );
    await ada.say("Perfect. I will post it to the changelog.");
    await ada.composer.pressSequentially("And then lunch");
    await grace.page.getByText("Ada Lovelace is typing…").waitFor();
    const pictures = await Promise.all([ada, grace].map(({ page }) => page.screenshot()));
    const picture = await sideBySide(browser, pictures);
    expect(picture.byteLength).toBeLessThan(200_000);
    // `UPDATE_IMAGES=1 npx vitest run --project e2e test/e2e/page-chat.test.ts` takes it anew.
    if (process.env.UPDATE_IMAGES)
      await writeFile(new URL("../../docs/images/chat.png", import.meta.url), picture);
  });
});

describe("older messages", () => {
  it("come as the reader scrolls up, and what is being read stays where it is", async () => {
    const room = newRoom();
    await fill(room, 75);
    const reader = await joined(room, "Reader", { viewport: { width: 800, height: 500 } });
    await reader.message("message 74").waitFor();
    const first = async () => (await reader.texts())[0];
    const before = await first();
    expect(before).not.toBe("message 0");
    const head = reader.message(before ?? "");
    await head.waitFor();
    expect(await head.getAttribute("class")).not.toContain("continues");
    const moved = await reader.log.evaluate(async (log) => {
      log.scrollTo(0, 100);
      const texts = [...log.querySelectorAll("article .text")];
      const places = () => texts.map((text) => text.getBoundingClientRect().top);
      const placesBefore = places();
      const deadline = performance.now() + 15_000;
      while (log.querySelectorAll("article").length === texts.length && performance.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, 10));
      return places().map((place, at) => Math.abs(place - (placesBefore[at] ?? Number.NaN)));
    });
    // Older messages of the same writer stand above it now: it lost its name, and no text moved for that.
    expect(await head.getAttribute("class")).toContain("continues");
    expect(Math.max(...moved)).toBeLessThan(2);
    await reader.log.evaluate((log) => log.scrollTo(0, 0));
    await reader.message("message 0").first().waitFor();
    expect(await reader.texts()).toEqual(Array.from({ length: 75 }, (_, at) => `message ${at}`));
  });

  it("are there again after a reload, and the visitor is who they were", async () => {
    const room = newRoom();
    const ada = await joined(room, "Ada");
    await ada.say("before the reload");
    await ada.page.reload();
    await ada.connected();
    await ada.message("before the reload").getByText("you", { exact: true }).waitFor();
    expect(await ada.page.getByRole("button", { name: "1 here. Show who" }).count()).toBe(1);
  });
});

describe("the page", () => {
  it("can be used with the keyboard alone", async () => {
    const room = newRoom();
    const { page } = await open();
    await page.goto(`${url}/?room=${room}`);
    await page.keyboard.type("Ada");
    await page.keyboard.press("Enter");
    await page.getByText("Connected", { exact: true }).waitFor();
    await page.keyboard.type("first line");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("second line");
    await page.keyboard.press("Enter");
    await page.locator("[data-state=shown]").waitFor();
    expect(await page.locator("article .text").allTextContents()).toEqual(["first line\nsecond line"]);
    await page.keyboard.press("Shift+Tab");
    expect(await page.evaluate("document.activeElement.getAttribute('role')")).toBe("log");
    const back = [];
    for (let at = 0; at < 3; at++) {
      await page.keyboard.press("Shift+Tab");
      back.push(await page.evaluate("document.activeElement.textContent.trim()"));
    }
    expect(back).toEqual(["Leave", expect.stringContaining("Show who"), "Skip to the message box"]);
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.tagName")).toBe("TEXTAREA");
  });

  it("names every control and landmark for assistive technology", async () => {
    const window = await open();
    await window.page.goto(`${url}/?room=${newRoom()}`);
    const nameless = /- (button|textbox|link|dialog|log|img)(?! ")/;
    const form = await window.page.locator("body").ariaSnapshot();
    expect(form).toContain('textbox "Your name"');
    expect(form).toContain('textbox "Room"');
    expect(form).not.toMatch(nameless);
    await window.page.keyboard.type("Ada");
    await window.page.keyboard.press("Enter");
    await window.connected();
    const view = await window.page.locator("body").ariaSnapshot();
    for (const part of [
      'log "Messages"',
      'textbox "Message"',
      'button "Send"',
      'dialog "Who is here"',
      "banner",
    ])
      expect(view).toContain(part);
    expect(view).not.toMatch(nameless);
  });

  it("says what is wrong with a name or room, and the field is reached", async () => {
    const { page } = await open();
    await page.goto(`${url}/?room=team lunch`);
    await page.getByRole("button", { name: "Join", exact: true }).click();
    await page.getByText("Tell the others what to call you.").waitFor();
    await page.getByText("1 to 64 letters, digits").waitFor();
    expect(await page.evaluate("document.activeElement.id")).toBe("join-name");
    expect(await page.getByLabel("Room").getAttribute("aria-invalid")).toBe("true");
  });

  it("counts characters as the room does and does not send what is too long", async () => {
    const ada = await joined(newRoom(), "Ada");
    await ada.composer.fill("🎉".repeat(501));
    await ada.page.getByText("-1", { exact: true }).waitFor();
    await ada.composer.press("Enter");
    await ada.page.getByText("The message is 1 character too long.").waitFor({ state: "attached" });
    await ada.composer.fill("🎉".repeat(500));
    await ada.composer.press("Enter");
    expect(await ada.shows(1)).toEqual(["🎉".repeat(500)]);
  });

  it("fits a window of 320 px, with the roster as a dialog over it that Escape closes", async () => {
    const room = newRoom();
    const ada = await joined(room, "Ada", { viewport: { width: 320, height: 568 }, hasTouch: true });
    await ada.say(`long ${"x".repeat(200)}`);
    await ada.say("https://example.com/a/very/long/path/without/any/space/in/it/at/all/whatever");
    expect(await ada.overflow()).toBe(0);
    const roster = ada.page.getByRole("dialog", { name: "Who is here" });
    expect(await roster.isVisible()).toBe(false);
    await ada.page.getByRole("button", { name: "1 here. Show who" }).click();
    await roster.getByText("Ada", { exact: true }).waitFor();
    expect(await ada.overflow()).toBe(0);
    await ada.page.keyboard.press("Escape");
    await roster.waitFor({ state: "hidden" });
    await ada.page.getByRole("button", { name: "Leave" }).click();
    await ada.page.getByRole("heading", { name: "Join a room" }).waitFor();
    expect(await ada.overflow()).toBe(0);
  });

  it("is dark for those who want it dark", async () => {
    const ground = async (colorScheme: "dark" | "light") => {
      const { page } = await open({ colorScheme });
      await page.goto(url);
      return page.evaluate("getComputedStyle(document.body).backgroundColor");
    };
    expect([await ground("light"), await ground("dark")]).toEqual(["rgb(250, 248, 245)", "rgb(23, 21, 19)"]);
  });

  it("says when a message goes out that came too fast for the room", async () => {
    const ada = await joined(newRoom(), "Ada");
    for (let at = 0; at < 10; at++) await ada.say(`quick ${at}.`);
    await ada.composer.fill("one too many");
    await ada.composer.press("Enter");
    await ada
      .message("one too many")
      .getByText(/Too many messages in a minute\. Goes out in \d+ s\./)
      .waitFor();
  });
});
