/** The screen of first aid: useful to anybody; whose mentor to call is all that the phone adds. */

import { $, openScreen, telephone, text } from "./page.js";

function know({ mentor }) {
  telephone($("[data-mentor-call]"), mentor?.phone ?? "");
  text("[data-mentor-name]", mentor?.name ?? "");
}

await openScreen({ know, open: true });
