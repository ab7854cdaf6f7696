/** Every message of a room, over its history pages. */
import * as z from "zod";

const Page = z.object({
  messages: z.array(z.object({ id: z.string(), order: z.string() })),
  more: z.boolean(),
});

const PAGE = 100;

export async function readAllMessages(
  address: string,
  room: string,
): Promise<{ id: string; order: string }[]> {
  const all: { id: string; order: string }[] = [];
  let before = "";
  for (;;) {
    const query = new URLSearchParams({ limit: String(PAGE), ...(before === "" ? {} : { before }) });
    const response = await fetch(`http://${address}/chat/${room}/messages?${query}`);
    if (!response.ok) throw new Error(`History of ${room}: ${response.status} ${await response.text()}`);
    const { messages, more } = Page.parse(await response.json());
    all.unshift(...messages);
    const first = messages[0];
    if (!more || first === undefined) return all;
    before = first.order;
  }
}
