module edge-websocket-chat/load

go 1.24
