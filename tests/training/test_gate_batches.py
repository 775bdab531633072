from fairmoe.config import Settings
from fairmoe.training import train
from fairmoe.training.gate import GateTrainer


def test_runs_of_the_same_experts_are_told_as_such(demo, monkeypatch):
    seen, step = [], GateTrainer._step

    def spy(self, optimizer, batch):
        seen.append(batch.tables.same_as.tolist())
        return step(self, optimizer, batch)

    monkeypatch.setattr(GateTrainer, "_step", spy)
    first = Settings(epochs=4, gate_epochs=1, fine_tune_every=0)
    harder = first.replace(lambda_fair=5.0)
    patient = first.replace(lambda_attention=3.0)
    train(demo, [harder, first, patient, first.replace(fairness_weight=2.0), harder])
    assert {tuple(each) for each in seen} == {(0, 1, 2, 1, 0)}
