// Values on an even mesh of longitudes and latitudes: looked up at a place, and drawn.

const MISSING = 65535;

function columnIn(mesh, lon) {
  let column = (lon - mesh.west) / mesh.dx;
  const turn = 360 / mesh.dx;
  column -= turn * Math.floor((column + 0.5) / turn);
  if (mesh.wraps) return column; // from -0.5 to columns - 0.5
  return column <= mesh.columns - 0.5 ? column : NaN;
}

function rowIn(mesh, lat) {
  if (!(lat >= -90 && lat <= 90)) return NaN;
  const row = (mesh.north - lat) / mesh.dy;
  return row >= -0.5 && row <= mesh.rows - 0.5 ? row : NaN;
}

// Number of the mesh's point nearest to a place, or -1 outside.
function nearestPoint(mesh, lon, lat) {
  const column = columnIn(mesh, lon), row = rowIn(mesh, lat);
  if (Number.isNaN(column) || Number.isNaN(row)) return -1;
  const r = Math.min(Math.max(Math.round(row), 0), mesh.rows - 1);
  const c = Math.min(Math.max(Math.round(column), 0), mesh.columns - 1);
  return r * mesh.columns + c;
}

// Both neighbours of each place on a line, with the weight of the second one; -1 outside.
function neighbours(places, count, wraps) {
  const first = new Int32Array(places.length), second = new Int32Array(places.length);
  const weight = new Float32Array(places.length);
  places.forEach((place, i) => {
    if (Number.isNaN(place)) { first[i] = -1; return; }
    const low = Math.floor(place);
    weight[i] = place - low;
    first[i] = wraps ? (low + count) % count : Math.max(low, 0);
    second[i] = wraps ? (low + 1) % count : Math.min(low + 1, count - 1);
  });
  return { first, second, weight };
}

// Colours of values, as pixels of an image a `part`-th as wide and high as the map.
function rasterOf(mesh, values, colours, view, part, smooth) {
  const width = Math.ceil(view.width / part), height = Math.ceil(view.height / part);
  const image = new ImageData(width, height), pixels = new Uint32Array(image.data.buffer);
  const across = neighbours(
    Float64Array.from({ length: width }, (_, i) => columnIn(mesh, view.lonOf((i + 0.5) * part))),
    mesh.columns, mesh.wraps);
  const down = neighbours(
    Float64Array.from({ length: height }, (_, i) => rowIn(mesh, view.latOf((i + 0.5) * part))),
    mesh.rows, false);
  for (let y = 0; y < height; y++) {
    if (down.first[y] < 0) continue;
    const upper = down.first[y] * mesh.columns, lower = down.second[y] * mesh.columns;
    const g = down.weight[y], near = g < 0.5 ? upper : lower;
    for (let x = 0, at = y * width; x < width; x++, at++) {
      const left = across.first[x], right = across.second[x], f = across.weight[x];
      if (left < 0) continue;
      const a = values[upper + left], b = values[upper + right];
      const c = values[lower + left], d = values[lower + right];
      let value;
      if (!smooth || a === MISSING || b === MISSING || c === MISSING || d === MISSING) {
        value = values[near + (f < 0.5 ? left : right)];
      } else {
        const top = a + (b - a) * f;
        value = top + (c + (d - c) * f - top) * g + 0.5;
      }
      pixels[at] = colours[value | 0];
    }
  }
  return image;
}

// Bilinear value of packed numbers at a place; NaN outside and where missing.
function valueAt(mesh, values, scaling, lon, lat) {
  const column = columnIn(mesh, lon), row = rowIn(mesh, lat);
  if (Number.isNaN(column) || Number.isNaN(row)) return NaN;
  const r = Math.max(Math.floor(row), 0), c = Math.floor(column);
  const below = Math.min(r + 1, mesh.rows - 1) * mesh.columns, above = r * mesh.columns;
  const left = mesh.wraps ? (c + mesh.columns) % mesh.columns : Math.max(c, 0);
  const right = mesh.wraps ? (c + 1) % mesh.columns : Math.min(c + 1, mesh.columns - 1);
  const f = column - c, g = Math.max(row - r, 0);
  const a = values[above + left], b = values[above + right];
  const d = values[below + left], e = values[below + right];
  if (a === MISSING || b === MISSING || d === MISSING || e === MISSING) return NaN;
  const top = a + (b - a) * f;
  return scaling.low + scaling.step * (top + (d + (e - d) * f - top) * g);
}
