/**
 * The three addresses of the sync endpoint. Every call resolves to {status, body, pause}: status 0 when no answer came,
 * `body` the parsed JSON or null, `pause` the milliseconds the server asks us to wait or null. Nothing rejects.
 */

import { orderedPause } from "./pauses.js";

const RECORDS_TIMEOUT = 30_000;
const PHOTO_TIMEOUT = 90_000;

function hexadecimal(buffer) {
  return Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Transport {
  #base;
  #fetch;
  #clock;

  /** @param {{base: string, fetch?: typeof fetch, clock?: () => number}} options `base` ends with a slash */
  constructor({ base, fetch = globalThis.fetch.bind(globalThis), clock = Date.now }) {
    this.#base = base;
    this.#fetch = fetch;
    this.#clock = clock;
  }

  async #call(path, timeout, options = {}) {
    let response;
    let text;
    try {
      response = await this.#fetch(this.#base + path, {
        credentials: "same-origin",
        cache: "no-store",
        // A redirect is never our server's answer, but some network's page in its place.
        redirect: "manual",
        signal: AbortSignal.timeout(timeout),
        ...options,
      });
      text = await response.text();
    } catch {
      // Whether the server got it or not, the records stay and are sent again under the same ids.
      return { status: 0, body: null, pause: null };
    }
    let body = null;
    try {
      body = JSON.parse(text);
    } catch {
      // Not our server's words; the status alone is judged.
    }
    return { status: response.status, body, pause: orderedPause(response.headers.get("Retry-After"), this.#clock()) };
  }

  session() {
    return this.#call("session", RECORDS_TIMEOUT);
  }

  /** @param {object} body as `protocol.batchBody` makes it */
  sendRecords(body, token) {
    return this.#call("records", RECORDS_TIMEOUT, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify(body),
    });
  }

  /** @param {{id: string, record: string, type: string}} photo */
  async sendPhoto({ id, record, type }, bytes, token) {
    const headers = { "Content-Type": type, "X-CSRFToken": token };
    if (globalThis.crypto?.subtle) {
      headers["X-Content-SHA256"] = hexadecimal(await crypto.subtle.digest("SHA-256", bytes));
    }
    return this.#call(`photos/${id}?record=${record}`, PHOTO_TIMEOUT, { method: "PUT", headers, body: bytes });
  }
}
