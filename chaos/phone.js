/**
 * What the harness does inside a page: an outbox made of the application's own modules, as its screens make theirs.
 * Evaluated in a page of the application; leaves `window.chaos` behind.
 */
async ({ owner, locked, forgetting }) => {
  const loaded = [
    ...performance.getEntriesByType("resource").map(({ name }) => name),
    ...[...document.querySelectorAll("link[rel=modulepreload]")].map(({ href }) => href),
  ];
  const load = (name) => import(loaded.find((url) => new RegExp(`/field/${name}(\\.[0-9a-f]+)?\\.js$`).test(url)));
  const [{ Outbox }, { LastingStore }, { Transport }] = await Promise.all(["outbox", "store", "transport"].map(load));
  const transport = new Transport({ base: "/sync/" });
  if (forgetting) {
    // A deliberately broken phone: it takes every record for accepted without sending it.
    transport.sendRecords = async (body) => ({
      status: 200,
      body: { results: body.records.map(({ id }) => ({ id, outcome: "accepted" })) },
      pause: null,
    });
  }
  const outbox = new Outbox({
    store: await LastingStore.open(),
    transport,
    owner,
    locks: locked ? navigator.locks : null,
    channel: Outbox.channel(),
  });
  const bytesOf = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer;
  window.chaos = {
    running: 0,
    async save(record, photos) {
      const kept = photos.map(({ id, base64 }) => ({ id, type: "image/jpeg", bytes: bytesOf(base64) }));
      try {
        await outbox.save(record, kept);
      } catch (error) {
        return error.name;
      }
      return "saved";
    },
    drain() {
      window.chaos.running += 1;
      outbox.drain({ eager: true }).finally(() => (window.chaos.running -= 1));
    },
  };
}
