"""What of the browser libraries is served."""

import pytest
from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured

from apk.staticfiles import BROWSER_LIBRARIES, BrowserLibraryFinder


def test_only_named_library_files_are_found() -> None:
    assert finders.find("vendor/idb/index.js").endswith("node_modules/idb/build/index.js")
    assert finders.find("vendor/idb/index.cjs") is None
    assert finders.find("vendor/gov-design-system/components.css") is None
    listed = [f"{storage.prefix}/{name}" for name, storage in BrowserLibraryFinder().list([])]
    assert listed == [f"{prefix}/{name}" for prefix, (_, names) in BROWSER_LIBRARIES.items() for name in names]


def test_a_missing_library_says_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BROWSER_LIBRARIES, "vendor/idb", ("idb/build", ("gone.js",)))
    with pytest.raises(ImproperlyConfigured, match="npm ci"):
        list(BrowserLibraryFinder().list([]))
    assert finders.find("vendor/idb/gone.js") is None
