"""Whether the web server in this container is alive; exit code 0 when it is. Standard library alone."""

import http.client
import os
import sys

HOST = os.environ["ALLOWED_HOSTS"].split(",")[0]
PORT = int(os.environ.get("WEB_BIND", "0.0.0.0:8000").rpartition(":")[2])

connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=4)
connection.request("GET", "/healthz", headers={"Host": HOST})
sys.exit(connection.getresponse().status != http.client.OK)
