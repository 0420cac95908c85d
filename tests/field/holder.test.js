import assert from "node:assert/strict";
import { test } from "node:test";
import { whoHolds } from "../../static/field/holder.js";

const SIGNED_IN = { status: 200, body: { user: { id: 7 }, csrf_token: "token" }, pause: null };
const SIGNED_OUT = { status: 401, body: { code: "signed-out", message: "" }, pause: null };

const transport = (answer) => ({ session: async () => answer });
const server = (status, { type = "basic", data = null } = {}) => async () => ({
  ok: status === 200,
  status,
  type,
  json: async () => data,
});

test("an assistant is known by their data", async () => {
  const found = await whoHolds("/data", transport(SIGNED_IN), server(200, { data: { owner: 7 } }));
  assert.deepEqual(found, { kind: "known", data: { owner: 7 } });
});

for (const status of [500, 502, 503]) {
  test(`a server that answers ${status} says nothing about who holds the phone`, async () => {
    assert.deepEqual(await whoHolds("/data", transport(SIGNED_IN), server(status)), { kind: "unknown" });
  });
}

test("who may not record in the field is a stranger", async () => {
  assert.deepEqual(await whoHolds("/data", transport(SIGNED_IN), server(403)), { kind: "stranger" });
});

test("who is sent elsewhere must choose a password, or nobody is signed in", async () => {
  const elsewhere = server(0, { type: "opaqueredirect" });
  assert.deepEqual(await whoHolds("/data", transport(SIGNED_IN), elsewhere), { kind: "own-password" });
  assert.deepEqual(await whoHolds("/data", transport(SIGNED_OUT), elsewhere), { kind: "signed-out" });
});

test("a network's own page says nothing", async () => {
  const portal = { status: 200, body: null, pause: null };
  assert.deepEqual(await whoHolds("/data", transport(portal), server(0, { type: "opaqueredirect" })), { kind: "unknown" });
});
