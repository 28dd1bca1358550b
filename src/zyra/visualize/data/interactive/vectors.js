// Arrows and streamlines of two fields, eastward and northward.

const ARROW_DISTANCE = 24, LINE_DISTANCE = 15, USUAL_DENSITY = 0.2, LONGEST = 1.05;

// Where a vector points to on the map, in pixels of any length; null where there is none.
function directionAt(field, view, x, y) {
  const lon = view.lonOf(x), lat = view.latOf(y);
  const u = valueAt(field.mesh, field.u, field.scaling, lon, lat);
  const v = valueAt(field.mesh, field.v, field.scaling, lon, lat);
  if (Number.isNaN(u) || Number.isNaN(v)) return null;
  const across = u / Math.max(Math.cos(lat / DEGREES), 0.02);
  const up = (view.projection.toY(lat + 0.01) - view.projection.toY(lat - 0.01)) / 0.02 * v;
  const length = Math.hypot(across, up);
  return length > 0 ? { x: across / length, y: -up / length, speed: Math.hypot(u, v) } : null;
}

function drawArrows(context, field, view, look) {
  const distance = ARROW_DISTANCE * Math.sqrt(USUAL_DENSITY / look.density);
  const longest = (distance * LONGEST * look.scale) / look.usual;
  // Places stay where they are on the Earth while the map is moved.
  const left = -(((view.lon * view.scale) % distance) + distance) % distance;
  const top = (((view.y * view.scale) % distance) + distance) % distance - distance;
  context.beginPath();
  for (let y = top; y < view.height + distance; y += distance) {
    for (let x = left; x < view.width + distance; x += distance) {
      const found = directionAt(field, view, x, y);
      if (found) arrow(context, x, y, found, found.speed * longest);
    }
  }
  context.stroke();
}

function arrow(context, x, y, way, length) {
  const tip = [x + (way.x * length) / 2, y + (way.y * length) / 2];
  context.moveTo(x - (way.x * length) / 2, y - (way.y * length) / 2);
  context.lineTo(...tip);
  head(context, tip, way, Math.min(6, Math.max(2, length * 0.4)));
}

function head(context, tip, way, size) {
  for (const side of [-0.5, 0.5]) {
    context.moveTo(...tip);
    context.lineTo(tip[0] - (way.x + way.y * side) * size, tip[1] - (way.y - way.x * side) * size);
  }
}

function drawStreamlines(context, field, view, look) {
  const distance = LINE_DISTANCE * Math.sqrt(USUAL_DENSITY / look.density);
  const columns = Math.ceil(view.width / distance), rows = Math.ceil(view.height / distance);
  const taken = new Int32Array(columns * rows);
  const boxOf = (x, y) =>
    x >= 0 && y >= 0 && x < view.width && y < view.height
      ? Math.floor(y / distance) * columns + Math.floor(x / distance) : -1;
  context.beginPath();
  for (let seed = 0; seed < taken.length; seed++) {
    // A step that has no common divisor with the number of boxes visits all, far apart.
    const box = (seed * 7919) % taken.length;
    if (taken[box]) continue;
    const start = [((box % columns) + 0.5) * distance, (Math.floor(box / columns) + 0.5) * distance];
    const line = followed(field, view, start, seed + 1, taken, boxOf, distance);
    if (line.length < 8) continue;
    line.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
    const middle = line[line.length >> 1], way = directionAt(field, view, ...middle);
    if (way) head(context, middle, way, 6);
  }
  context.stroke();
}

function followed(field, view, start, own, taken, boxOf, distance) {
  const halves = [-1, 1].map((sign) => {
    const points = [];
    let [x, y] = start;
    for (let step = 0; step < 400; step++) {
      const box = boxOf(x, y);
      if (box < 0 || (taken[box] && taken[box] !== own)) break;
      taken[box] = own;
      const first = directionAt(field, view, x, y);
      if (!first) break;
      const reach = (sign * distance) / 4;
      const middle = directionAt(field, view, x + (first.x * reach) / 2, y + (first.y * reach) / 2) || first;
      x += middle.x * reach;
      y += middle.y * reach;
      points.push([x, y]);
    }
    return points;
  });
  return [...halves[0].reverse(), start, ...halves[1]];
}
