/**
 * Who holds the phone: asks the server whose session the browser has and what that person needs for the day.
 */

import { sessionVerdict } from "./protocol.js";

const TIMEOUT = 30_000;

/**
 * Resolves to one of
 * - {kind: "known", data}: an assistant is signed in, `data` as findings.field.data gives it
 * - {kind: "stranger"}: somebody is signed in who records nothing in the field
 * - {kind: "own-password"}: somebody is signed in who must choose a password first
 * - {kind: "signed-out"}: nobody is
 * - {kind: "unknown"}: no answer, or one that is not our server's
 *
 * @param {string} address of the data
 * @param {Transport} transport for asking about the session
 */
export async function whoHolds(address, transport, fetch = globalThis.fetch.bind(globalThis)) {
  let response;
  try {
    response = await fetch(address, {
      credentials: "same-origin",
      cache: "no-store",
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT),
    });
    if (response.ok) {
      const data = await response.json();
      return data?.owner ? { kind: "known", data } : { kind: "unknown" };
    }
  } catch {
    return { kind: "unknown" };
  }
  // A redirect may lead to our sign-in page, but also to that of some network; only the endpoint's own words count.
  const { kind } = sessionVerdict(await transport.session(), null);
  if (kind === "sign-in") {
    return { kind: "signed-out" };
  }
  if (kind === "other-user" && response.type === "opaqueredirect") {
    return { kind: "own-password" };
  }
  // A server that is busy or broken says nothing about the person.
  return { kind: kind === "other-user" && response.status === 403 ? "stranger" : "unknown" };
}
