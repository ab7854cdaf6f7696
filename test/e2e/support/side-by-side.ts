import type { Browser } from "playwright-core";

/** Two screenshots of windows as one picture. */
export async function sideBySide(browser: Browser, pictures: readonly Buffer[]): Promise<Buffer> {
  const page = await browser.newPage({ viewport: { width: 1240, height: 760 } });
  try {
    const images = pictures.map(
      (picture) => `<img src="data:image/png;base64,${picture.toString("base64")}">`,
    );
    await page.setContent(`<!doctype html><style>
      body { margin: 0; height: 100vh; display: flex; align-items: center; justify-content: center; gap: 40px;
        background: #e9e3db; }
      img { border-radius: 14px; box-shadow: 0 18px 40px rgb(60 40 20 / 0.22); width: 560px; }
      img + img { translate: 0 24px; } img { translate: 0 -24px; }
    </style>${images.join("")}`);
    await page.waitForFunction("[...document.images].every((image) => image.complete)");
    return await page.screenshot();
  } finally {
    await page.close();
  }
}
