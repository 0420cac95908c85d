/** The list of tasks on the screen of today. Each is done here or, when something was found, in the form of a finding. */

import { isoWithOffset } from "./finding.js";
import { $, config, text } from "./page.js";
import { ANSWER, OUTCOME, answerOf, openTasks, outcomeOf } from "./tasks.js";
import { uuid7 } from "./uuid7.js";
import { clockTime, counted } from "./words.js";

const copy = (name) => $(`[data-${name}]`).content.firstElementChild.cloneNode(true);

export class TaskList {
  #outbox = null;
  #tasks = undefined;
  #accepts = [];
  #done = [];
  #queued = [];
  #shown = "";

  /** The outbox, once somebody holds the phone. */
  start(outbox) {
    this.#outbox = outbox;
  }

  know({ tasks, accepts }) {
    this.#tasks = tasks;
    this.#accepts = accepts;
    this.#show();
  }

  render({ records }) {
    this.#queued = records;
    this.#show();
  }

  #show() {
    const { questions, sightings } = openTasks(this.#tasks, [...this.#queued, ...this.#done]);
    const rows = JSON.stringify([questions, sightings]);
    if (rows === this.#shown) {
      return; // rebuilding the list would take away what is being typed
    }
    this.#shown = rows;
    const taken = (kind) => this.#accepts.includes(kind);
    const items = [
      ...(taken(OUTCOME) ? sightings.map((sighting) => this.#sighting(sighting)) : []),
      ...(taken(ANSWER) ? questions.map((question) => this.#question(question)) : []),
    ];
    $("[data-tasks]").hidden = items.length === 0;
    $("[data-task-list]").replaceChildren(...items);
  }

  #question({ id, text: asked, finding }) {
    const item = copy("question");
    const pieces = counted(finding.pieces, "kus", "kusy", "kusů");
    text("[data-about]", `${finding.place}, ${pieces}, ${clockTime(finding.foundAt, Date.now())}`, item);
    text("[data-asked]", asked, item);
    const field = $("textarea", item);
    field.id = `answer-${id}`;
    $("label", item).htmlFor = field.id;
    $("[data-correct]", item).href = `${config.capture}?oprava=${finding.id}`;
    $("form", item).addEventListener("submit", (event) => {
      event.preventDefault();
      const words = field.value.trim();
      this.#problem(item, words ? "" : "Napište odpověď.");
      if (words) {
        this.#save(item, answerOf(id, words));
      } else {
        field.focus();
      }
    });
    return item;
  }

  #sighting({ id, where, note, sourceLabel, reportedAt }) {
    const item = copy("sighting");
    text("[data-where]", where, item);
    text("[data-told]", `${sourceLabel}, ${clockTime(reportedAt, Date.now())}`, item);
    text("[data-note]", note, item);
    $("[data-note]", item).hidden = !note;
    $("[data-found]", item).href = `${config.capture}?oznameni=${id}`;
    const field = $("input", item);
    field.id = `outcome-${id}`;
    $("label", item).htmlFor = field.id;
    $("form", item).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save(item, outcomeOf(id, where, { note: field.value.trim() }));
    });
    return item;
  }

  #problem(item, words) {
    text("[data-problem]", words, item);
    $("[data-problem]", item).hidden = !words;
  }

  async #save(item, record) {
    $("button", item).disabled = true;
    const row = { ...record, id: uuid7(), recordedAt: isoWithOffset(new Date()) };
    try {
      await this.#outbox.save(row);
    } catch (error) {
      console.error(error);
      this.#problem(item, "Telefon to neuložil. Zkuste to znovu.");
      $("button", item).disabled = false;
      return;
    }
    this.#done.push(row);
    this.#show();
    $("[data-tasks-heading]").focus();
    this.#outbox.drain({ eager: true });
  }
}
