import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ChatWindow, launchChromium } from "./support/chat-window.ts";
import { IsolatedChat } from "./support/isolated-chat.ts";

const chat = new IsolatedChat();
let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
  await chat.mustNpm("start", "--detach", "--port", "0", "--api-port", "0");
});
afterAll(async () => {
  await browser?.close();
  await chat.dispose();
});

describe("two windows, when every process is killed and npm start runs again", () => {
  it("resume by themselves: every acknowledged message is there once, and what was written meanwhile arrives", async () => {
    const { edgeUrl, apiUrl } = chat.account;
    const [ada, bob] = [await ChatWindow.open(browser), await ChatWindow.open(browser)];
    await ada.join(edgeUrl, "lobby", "Ada");
    await bob.join(edgeUrl, "lobby", "Bob");
    const said = [];
    for (let at = 0; at < 3; at++) {
      await ada.say(`Ada says ${at}.`);
      await bob.say(`Bob says ${at}.`);
      said.push(`Ada says ${at}.`, `Bob says ${at}.`);
    }

    await chat.killAccount();
    await Promise.all([ada, bob].map(({ page }) => page.getByText("Reconnecting…").waitFor()));
    await ada.composer.fill("Written while the chat was down.");
    await ada.composer.press("Enter");
    await ada.message("Written while the chat was down.").getByText("Waiting for the connection").waitFor();
    await bob.page.getByText("Connection lost. What you write is sent when it is back.").waitFor();

    const ports = ["--port", new URL(edgeUrl).port, "--api-port", new URL(apiUrl).port];
    await chat.mustNpm("start", "--detach", ...ports);
    await Promise.all([ada.connected(60_000), bob.connected(60_000)]);

    said.push("Written while the chat was down.");
    expect(await ada.shows(said.length)).toEqual(said);
    expect(await bob.shows(said.length)).toEqual(said);
    await ada.message("Written while the chat was down.").getByText("Delivered").waitFor();
    await bob.say("Both are who they were.");
    expect(await ada.shows(said.length + 1)).toEqual([...said, "Both are who they were."]);
    expect(await ada.page.locator("article.mine").count()).toBe(4);
    expect(await bob.page.locator("article.mine").count()).toBe(4);
  });
});
