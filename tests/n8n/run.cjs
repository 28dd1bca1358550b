// Run a workflow to its end with n8n's own engine and nodes, without the rest of n8n.
//
//   node run.cjs WORKFLOW.json '{"server": ..., "files": ..., "folder": ...}'
//
// What n8n's server does around the engine stands here: keeping an execution that sleeps and
// resuming it by a call. The last line of the output is JSON: `status`, `error` with its node,
// `gave` (the items of nodes that nothing follows).
// WEBHOOK_URL is the address that n8n tells others, as for n8n itself.
"use strict";

// n8n has no reason to leave this machine.
const { Socket } = require("node:net");
const { connect } = Socket.prototype;
Socket.prototype.connect = function (...given) {
  const [{ host }] = given.flat();
  if (host !== "127.0.0.1") throw new Error(`n8n calls ${host}`);
  return connect.apply(this, given);
};
require("reflect-metadata"); // as n8n does, before its classes
const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");
const { json } = require("node:stream/consumers");
const {
  ExecutionLifecycleHooks, LazyPackageDirectoryLoader, WebhookContext, WorkflowExecute,
} = require("n8n-core");
const { NodeHelpers, Workflow } = require("n8n-workflow");

const EXECUTION = "1";
const MODE = "manual";

async function installedNodes() {
  const folder = path.dirname(require.resolve("n8n-nodes-base/package.json"));
  const loader = new LazyPackageDirectoryLoader(folder);
  await loader.loadAll();
  const getByName = (type) => loader.getNode(type.split(".")[1]).type;
  return {
    getByName,
    getByNameAndVersion: (type, version) =>
      NodeHelpers.getVersionedNodeType(getByName(type), version),
    getKnownTypes: () => loader.known.nodes,
  };
}

// As the note in each workflow says: only the values of the node Settings are changed.
function withSettings(workflow, settings) {
  const node = workflow.nodes.find(({ name }) => name === "Settings");
  for (const one of node.parameters.assignments.assignments) one.value = settings[one.name];
  return workflow;
}

// Parameters that its nodes do not have n8n drops without a word.
function unknownIn({ name, type, typeVersion, parameters }, nodeTypes) {
  const node = nodeTypes.getByNameAndVersion(type, typeVersion)?.description;
  if (![node?.version].flat().includes(typeVersion)) return [`${name}: version ${typeVersion}`];
  const taken = NodeHelpers.getNodeParameters(
    node.properties, parameters, true, false, { typeVersion }, node,
  );
  return Object.keys(parameters).filter((key) => !(key in taken)).map((key) => `${name}: ${key}`);
}

// Hears the calls that resume an execution; refuses those that come before it sleeps.
class Doorbell {
  constructor() {
    this.server = http.createServer(async (request, response) => {
      const body = await json(request);
      const { sleeper } = this;
      if (!sleeper || request.url !== `/webhook-waiting/${EXECUTION}`)
        return response.writeHead(sleeper ? 404 : 409).end();
      this.sleeper = undefined;
      sleeper({ request: Object.assign(request, { body, query: {}, params: {} }), response });
    });
  }

  async open() {
    await new Promise((ready) => this.server.listen(0, "127.0.0.1", ready));
    return `http://127.0.0.1:${this.server.address().port}/`;
  }

  rung() {
    return new Promise((wake) => (this.sleeper = wake));
  }
}

function surroundings(workflow, address) {
  return {
    executionId: EXECUTION,
    currentNodeExecutionIndex: 0,
    webhookWaitingBaseUrl: `${address}webhook-waiting`,
    formWaitingBaseUrl: `${address}form-waiting`,
    webhookBaseUrl: `${address}webhook`,
    variables: {},
    hooks: new ExecutionLifecycleHooks(MODE, EXECUTION, workflow),
    setExecutionStatus() {},
  };
}

// The node that put the execution to sleep takes the call, and what it makes of it goes on.
async function resume(workflow, more, slept, { request, response }) {
  const state = JSON.parse(JSON.stringify(slept)); // n8n keeps it in its database
  const node = workflow.getNode(state.resultData.lastNodeExecuted);
  const type = workflow.nodeTypes.getByNameAndVersion(node.type, node.typeVersion);
  const webhookDescription = type.description.webhooks.find((one) => one.nodeType !== "form");
  const method = workflow.expression.getSimpleParameterValue(
    node, webhookDescription.httpMethod, MODE, {},
  );
  if (method !== request.method) throw new Error(`${node.name} does not take ${request.method}`);
  const called = { ...more, httpRequest: request, httpResponse: response };
  const { workflowData } = await type.webhook(
    new WebhookContext(workflow, node, called, MODE, { webhookDescription }, [], state),
  );
  response.end();
  delete state.waitTill;
  state.resultData.runData[node.name].pop();
  const [next] = state.executionData.nodeExecutionStack;
  next.node.disabled = true; // it has waited
  next.data.main = workflowData;
  return new WorkflowExecute(more, MODE, state).processRunExecutionData(workflow);
}

function told(workflow, run) {
  const { runData, error } = run.data.resultData;
  const ends = Object.keys(runData).filter((name) => !workflow.getChildNodes(name).length);
  const items = (name) => runData[name].flatMap((one) => one.data?.main.flat() ?? []);
  return {
    status: run.status,
    error: error && {
      node: error.node?.name, message: error.message, description: error.description,
    },
    gave: Object.fromEntries(ends.map((name) => [name, items(name).map((item) => item.json)])),
  };
}

async function main([file, settings]) {
  const nodeTypes = await installedNodes();
  const given = withSettings(JSON.parse(fs.readFileSync(file, "utf8")), JSON.parse(settings));
  const unknown = given.nodes.flatMap((node) => unknownIn(node, nodeTypes));
  if (unknown.length) throw new Error(`n8n does not have ${unknown.join(", ")}`);
  const workflow = new Workflow({ ...given, nodeTypes });
  const doorbell = new Doorbell();
  const here = await doorbell.open();
  const more = surroundings(given, process.env.WEBHOOK_URL ?? here);
  let run = await new WorkflowExecute(more, MODE).run(workflow);
  while (run.waitTill) run = await resume(workflow, more, run.data, await doorbell.rung());
  // The engine's timers would keep the process alive.
  process.stdout.write(`${JSON.stringify(told(workflow, run))}\n`, () => process.exit());
}

main(process.argv.slice(2));
