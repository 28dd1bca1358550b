// What the map shows: a middle, a scale, and how latitudes are spaced.

const DEGREES = 180 / Math.PI;

function plateCarree(trueLatitude) {
  const stretch = 1 / Math.max(Math.cos(trueLatitude / DEGREES), 0.2);
  return { top: 90 * stretch, toY: (lat) => lat * stretch, toLat: (y) => y / stretch };
}

function mercator() {
  return {
    top: 180,
    toY: (lat) => Math.asinh(Math.tan(Math.max(-89.9, Math.min(89.9, lat)) / DEGREES)) * DEGREES,
    toLat: (y) => Math.atan(Math.sinh(y / DEGREES)) * DEGREES,
  };
}

class View {
  constructor(projection, limits) {
    this.projection = projection;
    this.limits = limits; // lowest and highest scale, pixels per degree of longitude
    this.lon = 0;
    this.y = 0;
    this.scale = 1;
    this.width = 1;
    this.height = 1;
    this.whole = false; // whether scales are those of web maps only
  }

  fit([west, east, south, north]) {
    const top = this.projection.toY(north), bottom = this.projection.toY(south);
    this.lon = (west + east) / 2;
    this.y = (top + bottom) / 2;
    this.setScale(Math.min(this.width / (east - west), this.height / (top - bottom)));
  }

  setScale(scale) {
    const kept = Math.min(Math.max(scale, this.limits[0]), this.limits[1]);
    this.scale = this.whole ? webScale(Math.round(webZoom(kept))) : kept;
    this.keepInside();
  }

  zoomAround(factor, x, y) {
    const [lon, up] = [this.lonOf(x), this.yOf(y)];
    const zoom = webZoom(this.scale) + Math.sign(Math.log(factor));
    this.setScale(this.whole ? webScale(zoom) : this.scale * factor);
    this.lon = lon - (x - this.width / 2) / this.scale;
    this.y = up + (y - this.height / 2) / this.scale;
    this.keepInside();
  }

  moveBy(x, y) {
    this.lon -= x / this.scale;
    this.y += y / this.scale;
    this.keepInside();
  }

  keepInside() {
    const top = this.projection.top;
    this.y = Math.max(-top, Math.min(top, this.y));
    this.lon -= 360 * Math.floor((this.lon + 180) / 360);
  }

  lonOf(x) { return this.lon + (x - this.width / 2) / this.scale; }
  yOf(y) { return this.y - (y - this.height / 2) / this.scale; }
  latOf(y) { return this.projection.toLat(this.yOf(y)); }
  columnOf(lon) { return (lon - this.lon) * this.scale + this.width / 2; }
  rowOf(lat) { return (this.y - this.projection.toY(lat)) * this.scale + this.height / 2; }

  // Whole turns that bring longitudes of one turn, -180 to 180, into the map.
  turns() {
    const west = this.lonOf(0), east = this.lonOf(this.width), found = [];
    for (let turn = Math.floor((west + 180) / 360); turn * 360 - 180 < east; turn++) found.push(turn * 360);
    return found;
  }
}

function webScale(zoom) { return (256 * 2 ** zoom) / 360; }
function webZoom(scale) { return Math.log2((scale * 360) / 256); }
