"""Two hundred calls of a judge that takes 50 ms, 32 at one time, beside what that takes at best."""

import subprocess
import sys
from collections.abc import Iterator
from math import ceil

import rewardlang as rl
from benchmarks.report import Figure
from benchmarks.timing import best

CALLS, SECONDS, AT_ONCE = 200, 0.05, 32
# In a process of its own, so that its work is not counted as ours.
SERVER = f"""
import asyncio, json
async def serve(reader, writer):
    while head := await reader.readuntil(b"\\r\\n\\r\\n"):
        size = next(int(line.split(b":")[1]) for line in head.lower().split(b"\\r\\n") if line.startswith(b"content-length"))
        await reader.readexactly(size)
        await asyncio.sleep({SECONDS})
        body = json.dumps({{"choices": [{{"message": {{"content": "7"}}}}]}}).encode()
        writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(body) + body)
        await writer.drain()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""
SPEC = '''
input answer : text
model judge(answer: text) -> int in [0, 10]
    from "http://127.0.0.1:{port}/v1"
    prompt "How good is this, from 0 to 10? {{answer}}"
    concurrency 32
    timeout 10 s
output grade = judge(answer)
'''


def figures() -> Iterator[Figure]:
    """The time of all calls over that of the rounds they take."""
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        reward = rl.compile(text=SPEC.format(port=server.stdout.readline().strip()))
        answers = [f"answer {number}" for number in range(CALLS)]
        assert reward({"answer": answers}).to_lists("grade") == [7] * CALLS
        seconds = best({"ours": lambda: reward({"answer": answers})}, 5)["ours"]
    finally:
        server.kill()
        server.wait()
    yield Figure(f"{CALLS} calls of a judge of {SECONDS * 1000:g} ms, {AT_ONCE} at once / ideal",
                 seconds / (ceil(CALLS / AT_ONCE) * SECONDS), 1.3)
