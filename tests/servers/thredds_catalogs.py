"""Catalogs as THREDDS servers write them, put onto the HTTP server of the tests.

root catalog
  ├ a.nc (service all, compound), b.nc (own access), c.nc (OPeNDAP only)
  └ catalogRef 2024 -> dataset d_20240801.nc, d_20240802.nc (inherited service)
       └ catalogRef deeper -> e.nc
"""

from http_server import HttpServer

HEAD = (
    '<catalog xmlns="http://www.unidata.ucar.edu/namespaces/thredds/InvCatalog/v1.0" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" version="1.0.1">'
)
SERVICES = """
<service name="all" serviceType="Compound" base="">
  <service name="odap" serviceType="OPENDAP" base="/thredds/dodsC/"/>
  <service name="http" serviceType="HTTPServer" base="/thredds/fileServer/"/>
</service>"""
ROOT = f"""<?xml version="1.0" encoding="UTF-8"?>{HEAD}{SERVICES}
<dataset name="top" ID="top">
  <dataset name="a" urlPath="pub/a.nc"><serviceName>all</serviceName>
    <dataSize units="Kbytes">1.5</dataSize><date type="modified">2024-08-01T06:00:00Z</date>
  </dataset>
  <dataset name="b"><access serviceName="odap" urlPath="pub/b.nc"/>
    <access serviceName="http" urlPath="pub/b.nc"/></dataset>
  <dataset name="c" urlPath="pub/c.nc"><serviceName>odap</serviceName></dataset>
  <catalogRef xlink:href="2024/catalog.html" xlink:title="2024" name=""/>
</dataset></catalog>"""
YEAR = f"""{HEAD}{SERVICES}
<dataset name="year"><metadata inherited="true"><serviceName>http</serviceName></metadata>
  <dataset name="d1" urlPath="2024/d_20240801.nc"><dataSize units="bytes">4</dataSize></dataset>
  <dataset name="inner"><dataset name="d2" urlPath="2024/d_20240802.nc"/></dataset>
  <catalogRef xlink:href="/thredds/catalog/2024/deeper/catalog.xml" xlink:title="deeper"/>
  <catalogRef xlink:href="../catalog.xml" xlink:title="back to the top"/>
</dataset></catalog>"""
DEEPER = f"""{HEAD}
<service name="files" serviceType="HTTPServer" base="../../../fileServer/"/>
<dataset name="e" urlPath="e.nc" serviceName="files"/></catalog>"""
FILES = ("pub/a.nc", "pub/b.nc", "2024/d_20240801.nc", "2024/d_20240802.nc", "e.nc")


def put_catalogs(server: HttpServer) -> str:
    """Serve the catalogs and their files; return the URL of the root catalog."""
    for path in FILES:
        server.put(f"/thredds/fileServer/{path}", path[-4:].encode(), etag=f'"{path}"')
    server.put("/thredds/catalog/2024/catalog.xml", YEAR.encode())
    server.put("/thredds/catalog/2024/deeper/catalog.xml", DEEPER.encode())
    return server.put("/thredds/catalog/catalog.xml", ROOT.encode())
