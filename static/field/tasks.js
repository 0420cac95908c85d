/**
 * What the desk wants of the person: questions about their findings, reports from others to look into. Pure.
 *
 * tasks, as findings.field.data gives them: {questions: [{id, text, finding: {id, place, pieces, foundAt}}],
 * sightings: [{id, where, note, source, sourceLabel, reportedAt}]}.
 */

export const ANSWER = "answer";
export const OUTCOME = "sighting-outcome";
const VERSION = 1;

/** The record that answers a question. */
export function answerOf(question, text) {
  return { kind: ANSWER, version: VERSION, payload: { question, text }, caption: `Odpověď: ${text}` };
}

/** The record that says what came of a report: `finding` is the id of the finding written down, null for nothing. */
export function outcomeOf(sighting, where, { finding = null, note = "" } = {}) {
  const outcome = finding ? "found" : "not-found";
  const words = finding ? "Nalezeno" : "Nenalezeno";
  return {
    kind: OUTCOME,
    version: VERSION,
    payload: { sighting, outcome, finding, note },
    caption: `${words}: ${where}`,
  };
}

/**
 * The tasks that wait for the person; what they did and the server does not know yet waits no more. What the server
 * refused is in the queue with its reason.
 *
 * @param {object | undefined} tasks data of a phone that has not been online since the update have none
 * @param {Array<object>} done records of any kind from the phone
 */
export function openTasks(tasks, done) {
  const ids = (kind, name) => new Set(done.filter((row) => row.kind === kind).map(({ payload }) => payload[name]));
  const [answered, closed] = [ids(ANSWER, "question"), ids(OUTCOME, "sighting")];
  return {
    questions: (tasks?.questions ?? []).filter(({ id }) => !answered.has(id)),
    sightings: (tasks?.sightings ?? []).filter(({ id }) => !closed.has(id)),
  };
}
