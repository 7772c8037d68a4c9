"""What QGIS sees of the server, without a screen: in_qgis.py URL GEOPACKAGE FOLDER. Prints JSON.

For Debian's python3, which has the package python3-qgis. The layers are made as the dialogues of QGIS make them; pictures of
them go into FOLDER.
"""

import json
import os
import sys

url, geopackage, folder = sys.argv[1:]
os.environ["QT_QPA_PLATFORM"] = "offscreen"
# No settings and no cache of whoever runs this.
os.environ["HOME"] = os.environ["XDG_RUNTIME_DIR"] = folder

from qgis.core import (  # noqa: E402: the environment is read on import
    Qgis,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFeatureRequest,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorTileLayer,
)
from qgis.PyQt.QtCore import QSize  # noqa: E402
from qgis.PyQt.QtGui import QColor  # noqa: E402

BOX = QgsRectangle(2.315, 48.805, 2.345, 48.835)
PIXELS = 256


def layer(of, provider):
    """The layer of a source, which must be usable."""
    made = QgsVectorLayer(of, "layer", provider)
    assert made.isValid(), f"{of}: {made.error().summary()}"
    return made


def codes(of, **how):
    """The codes of the features that are asked for."""
    request = QgsFeatureRequest()
    if "box" in how:
        request.setFilterRect(how["box"])
    if "where" in how:
        request.setFilterExpression(how["where"])
    return sorted(feature["code"] for feature in of.getFeatures(request))


def told(of):
    """All, those in a box, and those of a landlord."""
    return {
        "crs": of.crs().authid(),
        "fields": sorted(field.name() for field in of.fields()),
        "all": codes(of),
        "boxed": codes(of, box=BOX),
        "filtered": codes(of, where="landlord = 'elogie'"),
        "extent": [of.extent().xMinimum(), of.extent().yMinimum(), of.extent().xMaximum(), of.extent().yMaximum()],
    }


def drawn(layer_name, zoom_max, box):
    """Pixels that vector tiles colour over that box of Web Mercator."""
    tiles = QgsVectorTileLayer(f"type=xyz&url={url}/tiles/{layer_name}/{{z}}/{{x}}/{{y}}.mvt&zmin=0&zmax={zoom_max}", layer_name)
    assert tiles.isValid(), tiles.error().summary()
    settings = QgsMapSettings()
    settings.setLayers([tiles])
    settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
    settings.setExtent(QgsRectangle(*box))
    settings.setOutputSize(QSize(PIXELS, PIXELS))
    white = QColor("white")
    settings.setBackgroundColor(white)
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    image.save(os.path.join(folder, f"{layer_name}.png"))
    return sum(image.pixelColor(x, y) != white for x in range(PIXELS) for y in range(PIXELS))


application = QgsApplication([], False)
application.initQgis()
features = f"url='{url}/ogc' typename='sites' version='OGC_API_FEATURES' pagingEnabled='true' pageSize='7' restrictToRequestBBOX='1'"
answer = {
    "qgis": Qgis.QGIS_VERSION,
    "features": told(layer(features, "OAPIF")),
    "file": told(layer(f"{geopackage}|layername=sites", "ogr")),
    # The box of the grid, that of one building, and one where nothing is.
    "sites": drawn("sites", 17, [255000, 6240000, 263000, 6248000]),
    "buildings": drawn("buildings", 17, [255884, 6240843, 256184, 6241143]),
    "beside": drawn("sites", 17, [355000, 6240000, 363000, 6248000]),
}
print(json.dumps(answer))
application.exitQgis()
