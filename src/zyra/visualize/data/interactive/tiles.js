// Map tiles in Web Mercator from the server that the page was made for, if it was.

class Tiles {
  constructor(template, redraw) {
    this.template = template;
    this.redraw = redraw;
    this.images = new Map();
  }

  draw(context, view) {
    const zoom = Math.max(0, Math.min(19, Math.round(webZoom(view.scale))));
    const count = 2 ** zoom, degrees = 360 / count, size = degrees * view.scale;
    const first = Math.floor((view.lonOf(0) + 180) / degrees), last = Math.floor((view.lonOf(view.width) + 180) / degrees);
    const top = Math.max(0, Math.floor((180 - view.yOf(0)) / degrees));
    const bottom = Math.min(count - 1, Math.floor((180 - view.yOf(view.height)) / degrees));
    for (let row = top; row <= bottom; row++) {
      for (let column = first; column <= last; column++) {
        const image = this.image(zoom, ((column % count) + count) % count, row);
        const x = view.columnOf(column * degrees - 180), y = (view.y - 180 + row * degrees) * view.scale + view.height / 2;
        if (image.complete && image.naturalWidth) context.drawImage(image, x, y, size + 0.5, size + 0.5);
      }
    }
  }

  image(zoom, column, row) {
    const url = this.template.replace("{z}", zoom).replace("{x}", column).replace("{y}", row);
    if (!this.images.has(url)) {
      if (this.images.size > 512) this.images.clear();
      const image = new Image();
      image.onload = () => this.redraw();
      image.src = url;
      this.images.set(url, image);
    }
    return this.images.get(url);
  }
}
