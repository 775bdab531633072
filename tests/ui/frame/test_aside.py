import threading
from types import SimpleNamespace

from fairmoe.ui.frame.aside import Aside
from fairmoe.ui.frame.person import Person


def test_two_that_look_at_once_take_over_once():
    taken, looks = [], []
    ended = SimpleNamespace(active=False)

    def snapshot(*_, **__):
        if not looks:
            looks.append(threading.Thread(target=aside.look))
            looks[0].start()
            # It is back before long, unless it waits for this look.
            looks[0].join(0.2)
        return ended

    registry = SimpleNamespace(
        submit=lambda *_, **__: "job", snapshot=snapshot, forget=lambda *_, **__: None
    )
    aside = Aside(lambda: registry)
    aside.start(lambda _: None, queue="cpu", about="", take_over=taken.append, person=Person())
    assert aside.look() is None
    looks[0].join()
    assert taken == [ended]
