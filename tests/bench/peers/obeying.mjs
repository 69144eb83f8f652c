// The other end of a run's line: what is to be served comes on one line, the port goes back on one,
// and the server ends when its standard input does.
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export async function told() {
  const [line] = await once(createInterface({ input: process.stdin }), 'line');
  process.stdin.resume();
  process.stdin.on('end', () => process.exit(0));
  return JSON.parse(line);
}

export function tell(port) {
  process.stdout.write(`${JSON.stringify({ port })}\n`);
}
