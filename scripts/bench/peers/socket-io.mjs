// socket.io on Node, WebSocket transport alone, one room of its in-memory adapter.
import { createServer } from "node:http";
import { Server } from "socket.io";

const server = createServer();
const io = new Server(server, { transports: ["websocket"], serveClient: false, allowEIO3: false });

io.on("connection", (socket) => {
  const { room } = socket.handshake.query;
  socket.join(room);
  socket.emit("welcome", {});
  socket.on("chat_message", ({ message }) => {
    io.to(room).emit("chat_message", { username: "Anonymous", message, timestamp: Date.now() });
  });
});

server.listen(0, "127.0.0.1", () => {
  console.log(JSON.stringify({ port: server.address().port, pids: [process.pid] }));
});

// Whoever started it is gone.
process.stdin.on("end", () => process.exit(0)).resume();
