// Serves the handler that the main module exports, over the Lambda Runtime API. Loaded by --import, before the main module.
import http from 'node:http';
import { pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';

const api = process.env.AWS_LAMBDA_RUNTIME_API;
const root = '/2018-06-01/runtime';
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
let current; // the request id of the invocation that runs

function request(method, path, body, headers) {
  return new Promise((resolve, reject) => {
    const sent = http.request(`http://${api}${root}${path}`, { method, agent, headers: { 'Content-Type': 'application/json', ...headers } }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text: Buffer.concat(chunks).toString('utf8') }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function describe(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

function report(path, error) {
  const described = describe(error);
  return request('POST', path, JSON.stringify(described), { 'Lambda-Runtime-Function-Error-Type': described.errorType.replace(/[^\x21-\x7e]/g, '?') });
}

async function crash(error, code) {
  console.error(error);
  try {
    await report(current ? `/invocation/${current}/error` : '/init/error', error);
  } finally {
    process.exit(code);
  }
}

function context(headers) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  return {
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    tenantId: headers['lambda-runtime-aws-tenant-id'],
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

// A handler answers with a promise, or, where it takes three parameters and returns none, by a callback.
function call(handler, event, lambda) {
  return new Promise((resolve, reject) => {
    const returned = handler(event, lambda, (error, result) => (error ? reject(error) : resolve(result)));
    if (typeof returned?.then === 'function') returned.then(resolve, reject);
    else if (handler.length < 3) resolve(returned);
  });
}

async function serve(handler) {
  for (;;) {
    const next = await request('GET', '/invocation/next');
    if (next.status !== 200) throw new Error(`The Runtime API answered ${next.status}.`);
    const lambda = context(next.headers);
    current = lambda.awsRequestId;
    process.env._X_AMZN_TRACE_ID = next.headers['lambda-runtime-trace-id'];
    try {
      const result = await call(handler, JSON.parse(next.text), lambda);
      await request('POST', `/invocation/${current}/response`, JSON.stringify(result === undefined ? null : result));
    } catch (error) {
      await report(`/invocation/${current}/error`, error);
    }
    current = undefined;
  }
}

async function start(main) {
  let handler;
  try {
    const module = await import(pathToFileURL(main).href); // the same instance as the main module
    const name = (process.env._HANDLER || 'handler').split('.').pop();
    handler = module[name] ?? module.default?.[name];
  } catch (error) {
    await crash(error, 1);
  }

  if (typeof handler !== 'function') return;
  delete process.env.NODE_OPTIONS; // what this program starts is its own affair
  process.on('uncaughtException', (error) => crash(error, 129));
  process.on('unhandledRejection', (error) => crash(error, 128));
  await serve(handler).catch(() => process.exit(1)); // the server is gone
}

if (isMainThread && api && process.argv[1]) start(process.argv[1]);
