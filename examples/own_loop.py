"""One of our losses in a PyTorch loop of one's own."""

import torch

from fairmoe.functional.groups import averaging_matrix
from fairmoe.functional.losses import cross_entropy_loss, demographic_parity_loss

group = torch.arange(400) % 2
x = torch.randn(400, 5) + group[:, None]
y = (x[:, 0] + torch.randn(400) > 0.5).long()
averaging = averaging_matrix(group, n_groups=2)

model = torch.nn.Sequential(torch.nn.Linear(5, 16), torch.nn.ReLU(), torch.nn.Linear(16, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(300):
    logits = model(x)
    gap = demographic_parity_loss(logits.softmax(-1)[:, 1], averaging)
    loss = cross_entropy_loss(logits, y) + 3 * gap
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(f"gap {gap.item():.3f}, accuracy {(logits.argmax(-1) == y).float().mean().item():.2f}")
