"""What holds for all sentences."""

from pathlib import Path

import fairmoe.sentences

FOLDER = Path(fairmoe.sentences.__file__).parent


def test_no_sentence_calls_a_model_fair():
    texts = [path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py")]

    assert len(texts) > 5
    assert not [text for text in texts if "is fair" in text]
