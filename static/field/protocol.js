/**
 * What is said to the server's sync endpoint and what its answers mean. Pure: no network, no storage.
 *
 * A verdict says what happens to the records that were sent: `kind` is one of
 * - "answered": `results` by record id, each {outcome, reason, field}
 * - "ready": the session is the owner's, `token` is its CSRF token
 * - "stored": the photo is on the server
 * - "not-yet": the photo's record is not on the server
 * - "unacceptable": never acceptable as it is, `message` says why
 * - "stale-token": the CSRF token is no longer valid
 * - "sign-in", "other-user", "forbidden": kept until the right person signs in
 * - "busy": `pause` milliseconds ordered by the server
 * - "offline", "failed": try later
 */

export const BATCH = 50;

/**
 * @param {Array<{id: string, kind: string, version: number, recordedAt: string, payload: object}>} records
 * @param {number} owner id of the user whose records these are
 * @param {Date} deviceTime the phone's clock at sending
 */
export function batchBody(records, owner, deviceTime) {
  return {
    device_time: deviceTime.toISOString(),
    owner,
    records: records.map(({ id, kind, version, recordedAt, payload }) => ({
      id,
      kind,
      version,
      recorded_at: recordedAt,
      payload,
    })),
  };
}

const OUTCOMES = new Set(["accepted", "known", "conflict", "refused"]);

/**
 * Verdicts that any of the endpoint's addresses may give; null when the answer is one of the address's own.
 *
 * @param {{status: number, body: any, pause: number | null}} answer as `Transport` gives it
 */
function commonVerdict({ status, body, pause }) {
  if (status === 0) {
    return { kind: "offline" };
  }
  if (status === 429 || status === 503) {
    return { kind: "busy", pause };
  }
  // Only our server's own words count: a hotel's sign-in page may answer with any status and a page of its own.
  if (body === null || typeof body !== "object") {
    return { kind: "failed" };
  }
  if (status === 401) {
    return { kind: "sign-in" };
  }
  if (status === 403) {
    return body.code === "csrf" ? { kind: "stale-token" } : { kind: "forbidden", message: body.message };
  }
  return status >= 500 ? { kind: "failed" } : null;
}

/** The verdict on the answer of `GET session`. */
export function sessionVerdict(answer, owner) {
  const common = commonVerdict(answer);
  if (common) {
    return common;
  }
  const { user, csrf_token: token } = answer.body;
  if (answer.status !== 200 || !user || !token) {
    return { kind: "failed" };
  }
  return user.id === owner ? { kind: "ready", token } : { kind: "other-user" };
}

/** The verdict on the answer of `POST records`. */
export function batchVerdict(answer) {
  const common = commonVerdict(answer);
  if (common) {
    return common;
  }
  const { status, body } = answer;
  if (status === 200 && Array.isArray(body.results)) {
    const known = body.results.filter(({ outcome }) => OUTCOMES.has(outcome));
    return { kind: "answered", results: new Map(known.map((result) => [result.id, result])) };
  }
  if (status === 409 && body.code === "other-user") {
    return { kind: "other-user" };
  }
  if (status === 413 || status === 422) {
    return { kind: "unacceptable", message: body.message };
  }
  return { kind: "failed" };
}

/** The verdict on the answer of `PUT photos/<id>`. */
export function photoVerdict(answer) {
  const common = commonVerdict(answer);
  if (common) {
    return common;
  }
  const { status, body } = answer;
  if (status === 200 || status === 201) {
    return { kind: "stored" };
  }
  if (status === 404 && body.code === "no-record") {
    return { kind: "not-yet" };
  }
  if ([409, 413, 415, 422].includes(status)) {
    return { kind: "unacceptable", message: body.message };
  }
  return { kind: "failed" };
}
