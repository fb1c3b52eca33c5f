// Notes: a page to write a line on, kept in memory. It has no dependencies.
import { createServer } from "node:http";

const port = Number(process.env.PORT ?? 8080);
const longest = 1000; // characters of a note
const most = 100; // notes that are kept
const notes = [];

const escape = (text) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

const page = () => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Notes</title>
<h1>Notes</h1>
<form method="post"><input name="note" maxlength="${longest}" autofocus required> <button>Keep</button></form>
<ul>${notes.map((note) => `<li>${escape(note)}</li>`).join("")}</ul>
`;

async function note(request) {
  let body = "";
  for await (const chunk of request) {
    body += chunk;
    if (body.length > 10 * longest) return null;
  }
  return new URLSearchParams(body).get("note")?.slice(0, longest) || null;
}

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  if (pathname === "/up") return response.end("up\n");
  if (pathname !== "/") return response.writeHead(404).end("There is nothing here.\n");
  if (request.method !== "POST") {
    return response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page());
  }
  const text = await note(request).catch(() => null);
  if (text === null) return response.writeHead(400).end("A note needs some text.\n");
  notes.unshift(text);
  notes.length = Math.min(notes.length, most);
  response.writeHead(303, { location: "/" }).end();
});

server.listen(port, () => console.log(`listening on ${port}`));

// The proxy has drained this process before it is told to end; what is left gets its answer.
process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
