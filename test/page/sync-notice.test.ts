import { describe, expect, it } from "vitest";
import { SyncNotice } from "../../worker/page/sync-notice.ts";

const NOW = Date.UTC(2026, 10, 24);
const HOUR_MS = 3_600_000;
const delayed = { code: "sync_delayed", message: "Late." } as const;
const restored = { code: "sync_restored", message: "Together again." } as const;

describe("the notice about other regions", () => {
  it("stays as long as they are late, and says for a moment that they are back", () => {
    const notice = new SyncNotice();
    expect(notice.text(NOW)).toBe("");
    notice.take(delayed, NOW);
    expect(notice.text(NOW + HOUR_MS)).toBe("Late.");
    notice.take(restored, NOW + HOUR_MS);
    expect(notice.text(NOW + HOUR_MS + 3_999)).toBe("Together again.");
    expect(notice.text(NOW + HOUR_MS + 4_000)).toBe("");
    notice.take(delayed, NOW + 2 * HOUR_MS);
    expect(notice.text(NOW + 3 * HOUR_MS)).toBe("Late.");
  });

  it("brings no good news to those who never heard of trouble", () => {
    const notice = new SyncNotice();
    notice.take(restored, NOW);
    expect(notice.text(NOW)).toBe("");
  });

  it("is not carried into another region, which says itself what is late there", () => {
    const notice = new SyncNotice();
    notice.take(delayed, NOW);
    notice.forget();
    expect(notice.text(NOW)).toBe("");
    notice.take(restored, NOW);
    expect(notice.text(NOW)).toBe("");
  });
});
