"""What the proxy in front of the application keeps of addresses."""

import re
from pathlib import Path

from django.urls import reverse

CONF = (Path(__file__).resolve().parent.parent / "deploy/nginx.conf").read_text()


def test_the_secret_of_a_calendar_is_not_kept() -> None:
    (mapped,) = re.findall(r"map \$uri \$kept_path \{(.*?)\}", CONF, re.DOTALL)
    ((pattern, kept),) = re.findall(r'"~(\S+)" "(\S+)";', mapped)
    assert re.search(pattern, reverse("patrols:feed", args=["s3cret"]))
    assert not re.search(pattern, reverse("patrols:own-calendar"))
    assert "$" not in kept
    (log_format,) = re.findall(r"log_format access (.*?);", CONF, re.DOTALL)
    assert "$kept_path" in log_format
    assert not re.search(r"\$(uri|request|request_uri|document_uri|args)\b", log_format)
