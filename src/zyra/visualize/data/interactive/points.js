// Single places with a value each.

const DOT = 5.5, NEAR = 14;

function drawPoints(context, points, colours, view, rim) {
  context.strokeStyle = rim;
  context.lineWidth = 1;
  for (const turn of view.turns()) {
    for (let i = 0; i < points.values.length; i++) {
      const x = view.columnOf(points.lon[i] + turn), y = view.rowOf(points.lat[i]);
      if (x < -DOT || x > view.width + DOT || y < -DOT || y > view.height + DOT) continue;
      context.beginPath();
      context.arc(x, y, DOT, 0, 2 * Math.PI);
      context.fillStyle = cssColour(colours[points.values[i]]);
      context.fill();
      context.stroke();
    }
  }
}

function nearestDot(points, view, x, y) {
  let best = -1, least = NEAR * NEAR;
  for (const turn of view.turns()) {
    for (let i = 0; i < points.values.length; i++) {
      const away = (view.columnOf(points.lon[i] + turn) - x) ** 2 + (view.rowOf(points.lat[i]) - y) ** 2;
      if (away < least) { least = away; best = i; }
    }
  }
  return best;
}

function cssColour(packed) {
  return `rgba(${packed & 255}, ${(packed >> 8) & 255}, ${(packed >> 16) & 255}, ${(packed >>> 24) / 255})`;
}
