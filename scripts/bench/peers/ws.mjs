// The package `ws` on Node: no runtime of Workers, no storage, one process.
import { createServer } from "node:http";
import { WebSocketServer } from "ws";

const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
const rooms = new Map();

sockets.on("connection", (socket, request) => {
  const room = new URL(request.url, "http://chat").pathname;
  const members = rooms.get(room) ?? new Set();
  rooms.set(room, members.add(socket));
  socket.send('{"type":"welcome"}');
  socket.on("message", (frame) => {
    const { message } = JSON.parse(frame);
    const told = JSON.stringify({
      type: "chat_message",
      username: "Anonymous",
      message,
      timestamp: Date.now(),
    });
    for (const member of members) member.send(told);
  });
  socket.on("error", () => socket.terminate());
  socket.on("close", () => members.delete(socket));
});

server.listen(0, "127.0.0.1", () => {
  console.log(JSON.stringify({ port: server.address().port, pids: [process.pid] }));
});

// Whoever started it is gone.
process.stdin.on("end", () => process.exit(0)).resume();
