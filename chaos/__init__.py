"""The fault harness: real phones, a real server, and everything that can go wrong between them.

`python -m chaos` (`make chaos`) runs the phone application in a real Chromium against the real server with its real
database, behind a proxy that cuts the connection wherever it hurts, and meanwhile kills tabs, renderers, browsers,
servers. A seed decides all of it. Afterwards an oracle compares what the phone said was saved with what can be found.

- `schedule` – what a seed decides; pure
- `oracle` – what was lost, what is there twice; pure
- `proxy` – the connection and its faults
- `ground` – database, broker, web server, people
- `phone` – the browser and the application in it
- `run` – one seed from its beginning to the oracle's word
- `chronicle` – the log and the table
"""
