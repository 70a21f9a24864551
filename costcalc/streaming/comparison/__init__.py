"""SSE and WebSocket, measured side by side on this server: the article's claims beside what is seen."""
