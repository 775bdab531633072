"""A report as its reader's tools see it."""

from html.parser import HTMLParser


class Page(HTMLParser):
    """A parsed page: its elements, and the text inside those that were asked for."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.texts, self._open = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._open.append((tag, []))

    def handle_data(self, data):
        for _, text in self._open:
            text.append(data)

    def handle_endtag(self, tag):
        while self._open:
            last, text = self._open.pop()
            self.texts.append((last, "".join(text)))
            if last == tag:
                break

    def of(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]

    def text(self, tag):
        return [text for name, text in self.texts if name == tag]
