// Coasts, borders and the graticule.

const LINE_UNIT = 1e-4; // degrees

// A path in degrees of longitude and the projection's y, downwards.
function pathOf(numbers, projection) {
  const count = numbers[0], path = new Path2D(), places = (numbers.length - 1 - count) / 2;
  let at = 1 + count;
  for (let line = 0; line < count; line++) {
    for (let point = 0; point < numbers[1 + line]; point++, at++) {
      const x = numbers[at] * LINE_UNIT, y = -projection.toY(numbers[at + places] * LINE_UNIT);
      if (point) path.lineTo(x, y); else path.moveTo(x, y);
    }
  }
  return path;
}

function strokePath(context, path, view) {
  const s = view.scale, placed = new Path2D();
  for (const turn of view.turns()) {
    const left = (turn - view.lon) * s + view.width / 2, top = view.y * s + view.height / 2;
    placed.addPath(path, new DOMMatrix([s, 0, 0, s, left, top]));
  }
  context.stroke(placed);
}

const GRATICULE_STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 45, 60, 90];

function drawGraticule(context, view, ink) {
  const step = GRATICULE_STEPS.find((each) => each * view.scale >= 90) || 90;
  const west = view.lonOf(0), east = view.lonOf(view.width);
  context.strokeStyle = `rgba(${ink}, 0.22)`;
  context.fillStyle = `rgba(${ink}, 0.75)`;
  context.font = "11px system-ui, sans-serif";
  context.lineWidth = 1;
  context.beginPath();
  for (let lon = Math.ceil(west / step) * step; lon <= east; lon += step) {
    const x = Math.round(view.columnOf(lon)) + 0.5;
    context.moveTo(x, Math.max(view.rowOf(90), 0));
    context.lineTo(x, Math.min(view.rowOf(-90), view.height));
    context.fillText(degreesText(turned(lon), "E", "W", step), x + 3, view.height - 5);
  }
  for (let lat = -90 + step; lat < 90 - step / 2; lat += step) {
    const y = Math.round(view.rowOf(lat)) + 0.5;
    if (y < 0 || y > view.height) continue;
    context.moveTo(0, y);
    context.lineTo(view.width, y);
    if (y > 130) context.fillText(degreesText(lat, "N", "S", step), 4, y - 3);
  }
  context.stroke();
}

function turned(lon) { return lon - 360 * Math.floor((lon + 180) / 360); }

function degreesText(angle, positive, negative, step) {
  const decimals = step >= 1 ? 0 : step >= 0.1 ? 1 : 2;
  const text = Math.abs(angle).toFixed(decimals);
  return `${text}\u00b0${Number(text) === 0 || Math.abs(angle) === 180 ? "" : angle > 0 ? positive : negative}`;
}
