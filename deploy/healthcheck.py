"""Whether the web server in this container answers well; exit code 0 when it does. Standard library alone.

Without an argument it asks whether it is alive, with `/readyz` whether all that it needs is there.
"""

import http.client
import os
import sys

HOST = os.environ["ALLOWED_HOSTS"].split(",")[0]
PORT = int(os.environ.get("WEB_BIND", "0.0.0.0:8000").rpartition(":")[2])

connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=4)
connection.request("GET", sys.argv[1] if len(sys.argv) > 1 else "/healthz", headers={"Host": HOST})
response = connection.getresponse()
sys.stdout.write(response.read().decode())
sys.exit(response.status != http.client.OK)
