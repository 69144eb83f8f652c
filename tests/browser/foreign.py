"""A page of somebody else's that tries to use the session of whoever opens it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

PAGE = """<!doctype html><title>Foreign</title>
<iframe name="out"></iframe>
<form id="graph" target="out" method="post" enctype="text/plain" action="{graph}">
<input name='{{"query":"{{viewer{{email}}}}","x":"' value='"}}'></form>
<form id="leave" target="out" method="post" action="{gateway}/auth/logout"></form>
<script>
const body = '{{"query":"{{viewer{{email}}}}"}}'
const json = {{'content-type': 'application/json'}}
const plain = {{'content-type': 'text/plain'}}
const all = {{method: 'POST', credentials: 'include', body}}
const told = []
const tried = (name, work) => work.then(
  answer => told.push(name + ' ' + (answer.type === 'opaque' ? 'opaque' : answer.status)),
  () => told.push(name + ' refused'))
window.attack = async () => {{
  navigator.sendBeacon('{graph}', new Blob([body], {{type: 'text/plain'}}))
  await tried('json', fetch('{graph}', {{...all, headers: json}}))
  await tried('json without asking', fetch('{graph}', {{...all, mode: 'no-cors', headers: json}}))
  await tried('plain', fetch('{graph}', {{...all, mode: 'no-cors', headers: plain}}))
  await tried('get', fetch('{graph}?query=%7Bviewer%7Bemail%7D%7D',
    {{mode: 'no-cors', credentials: 'include'}}))
  await tried('session', fetch('{gateway}/auth/session', {{credentials: 'include'}}))
  await tried('leave', fetch('{gateway}/auth/logout', {{...all, mode: 'no-cors'}}))
  return told
}}
window.submit = id => new Promise(done => {{
  document.querySelector('iframe').onload = done
  document.getElementById(id).submit()
}})
</script>
"""


@asynccontextmanager
async def foreign_page(gateway: str) -> AsyncIterator[int]:
    """Serve the page on a port of this machine; it is another origin by its port, or by its name.

    Under `localhost` it is another site as well, under `127.0.0.1` it is the same one.
    """
    body = PAGE.format(gateway=gateway, graph=f"{gateway}/graphql").encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {len(body)}\r\n\r\n"

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield int(server.sockets[0].getsockname()[1])
