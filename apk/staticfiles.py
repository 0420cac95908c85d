"""Static files: content hashes in their names, and of the browser libraries only what pages use."""

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

# Prefix of the address → folder below node_modules, and the files taken from it; npm installs many times more.
BROWSER_LIBRARIES = {
    "vendor/gov-design-system": ("@gov-design-system-ce/styles/lib", ("tokens.css",)),
    "vendor/roboto": (
        "@gov-design-system-ce/fonts/lib",
        (
            "roboto-medium-ext.woff2",
            "roboto-medium.woff2",
            "roboto-regular-ext.woff2",
            "roboto-regular.woff2",
        ),
    ),
    "vendor/idb": ("idb/build", ("index.js",)),
    "vendor/leaflet.markercluster": (
        "leaflet.markercluster/dist",
        ("MarkerCluster.css", "leaflet.markercluster.js", "leaflet.markercluster.js.map"),
    ),
}
# Inside the finder, `list` is the method that Django calls.
Messages = list[CheckMessage]
Paths = list[str]


class ModuleAwareManifestStorage(CompressedManifestStaticFilesStorage):
    """Rewrites `import … from "./x.js"` to the hashed name, so that a module is never mixed with an older one."""

    support_js_module_import_aggregation = True


class BrowserLibraryFinder(BaseFinder):
    """Finds the files named in BROWSER_LIBRARIES, and nothing else of node_modules."""

    def __init__(self, app_names: Iterable[str] | None = None) -> None:
        self.files: dict[str, tuple[FileSystemStorage, str]] = {}
        for prefix, (folder, names) in BROWSER_LIBRARIES.items():
            storage = FileSystemStorage(location=settings.BASE_DIR / "node_modules" / folder)
            storage.prefix = prefix  # type: ignore[attr-defined]  # read by collectstatic
            self.files |= {f"{prefix}/{name}": (storage, name) for name in names}

    def check(self, **kwargs: object) -> Messages:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: object) -> str | Paths:  # type: ignore[override]
        storage, name = self.files.get(path, (None, ""))
        found = [storage.path(name)] if storage is not None and storage.exists(name) else []
        return found if find_all or not found else found[0]

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        for path, (storage, name) in self.files.items():
            if not storage.exists(name):
                raise ImproperlyConfigured(f"Chybí soubor knihovny pro prohlížeč ({path}). Spusťte `npm ci`.")
            yield name, storage
