// BullMQ, the fastest of the queues that are written in Lua; on Node, so an aim and no bar. Speaks what protocol.py says.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

// The libraries lie in the working directory, this file does not.
const require = createRequire(`${process.cwd()}/`);
const { Queue, Worker } = require("bullmq");
const Redis = require("ioredis");

const [, , socket, exampleOrder, concurrency, settlingSeconds] = process.argv;
const order = JSON.parse(exampleOrder);
const connect = () => new Redis({ path: socket, maxRetriesPerRequest: null });
const monotonic = () => Number(process.hrtime.bigint()) / 1e9;
const cpu = () => process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6;
const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
const queue = new Queue("benchmark", { connection: connect() });
let submitted = 0;

const orderOf = (number) => ({ ...order, seed: number, tenant: `tenant${number % 4}`, user: `user${number % 20}` });

async function enqueue({ jobs, at_once }) {
  const last = submitted + jobs;
  const submitRest = async () => {
    while (submitted < last) await queue.add("paint", orderOf(submitted++));
  };
  const began = monotonic();
  const cpuThen = cpu();
  await Promise.all(Array.from({ length: at_once }, submitRest));
  say({ began, seconds: monotonic() - began, cpu_s: cpu() - cpuThen });
}

async function runJobs(jobs, { ready, started, last }) {
  let left = jobs;
  let worker;
  await new Promise((resolve, reject) => {
    const paint = async (job) => {
      started(job.data.seed);
      left -= 1;
      if (left === 0) {
        last();
        resolve();
      }
    };
    worker = new Worker("benchmark", paint, { connection: connect(), concurrency: Number(concurrency), autorun: false });
    worker.waitUntilReady().then(() => {
      ready();
      worker.run().catch(reject);
    }, reject);
  });
  await new Promise((resolve) => setTimeout(resolve, settlingSeconds * 1000));
  await worker.close();
}

async function drain({ jobs }) {
  const marks = [];
  const mark = () => marks.push([monotonic(), cpu()]);
  await runJobs(jobs, { ready: mark, started: () => {}, last: mark });
  const [[began, cpuThen], [ended, cpuNow]] = marks;
  say({ seconds: ended - began, cpu_s: cpuNow - cpuThen });
}

const attend = ({ jobs }) =>
  runJobs(jobs, {
    ready: () => say({ ready: true }),
    started: (number) => say({ number, started: monotonic() }),
    last: () => {},
  });

function hello() {
  const versionOf = (name) => require(`${name}/package.json`).version;
  say({ versions: { bullmq: versionOf("bullmq"), ioredis: versionOf("ioredis"), node: process.version.slice(1) } });
}

const verbs = { hello, enqueue, drain, attend };
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  await verbs[asked.do](asked);
}
process.exit(0);
