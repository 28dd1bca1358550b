"""The start page: what this is, and where a person goes next."""

from string import Template

PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'"  # it has no scripts

_LINKS = {
    "docs": ("/docs", "Try every operation in the browser"),
    "redoc": ("/redoc", "Read the reference"),
    "openapi": ("/openapi.json", "OpenAPI 3.1 description"),
    "commands": ("/cli/commands", "Every command, its arguments and examples, as JSON"),
    "jobs": ("/jobs", "Your jobs, with their results"),
    "files": ("/files", "Your uploads"),
    "health": ("/health", "The process answers"),
    "ready": ("/ready", "Commands can run"),
}

_PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Zyra</title>
<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem; }
dt { font-weight: 600; margin-top: .6rem; }
dd { margin: 0; }
pre { padding: 1rem; border: 1px solid; border-radius: .5rem; overflow-x: auto; }
small { opacity: .7; }
</style>
<h1>Zyra <small>$version</small></h1>
<p>Acquire, process, visualize and disseminate environmental data.</p>
<dl>
$links
</dl>
<h2>A first run</h2>
<pre>curl -F file=@field.grib2 http://HOST$root/upload
curl -H 'Content-Type: application/json' http://HOST$root/cli/run -d '{
  "stage": "process", "command": "decode-grib2",
  "args": {"input": "file_id:ID"}, "mode": "sync"}'</pre>
</html>
""")


def start_links(root: str) -> dict[str, str]:
    """Links by name; they begin with `root`."""
    return {name: root + path for name, (path, _) in _LINKS.items()}


def start_page(root: str, version: str) -> str:
    """The page as HTML; links begin with `root`."""
    links = "\n".join(
        f'<dt><a href="{root}{path}">{path}</a></dt><dd>{meaning}</dd>'
        for path, meaning in _LINKS.values()
    )
    return _PAGE.substitute(root=root, version=version, links=links)
