import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_the_attention_of_an_expert_is_compared_by_group(trained: Page):
    trained.get_by_role("link", name="Attention", exact=True).first.click()
    gap = trained.get_by_text(re.compile("With the plain model, .* comes through"))
    expect(gap.first).to_be_visible()
    trained.get_by_role("tab", name="Between groups").click()
    lead = trained.get_by_test_id("stAlert").filter(has_text="the model relies")
    expect(lead).to_contain_text(re.compile("Mixture. .* for women "))
    box = trained.get_by_role("combobox", name=re.compile("Model"))
    box.click()
    trained.get_by_role("option", name="Procedural expert", exact=True).click()
    expect(lead).to_contain_text(re.compile("Procedural expert. .* for women "))
    expect(trained).to_have_url(re.compile("attention-model=procedural", re.IGNORECASE))
    expect(trained.locator("svg").get_by_text("career_break_months").first).to_be_visible()
    trained.get_by_role("tab", name="Distance").click()
    expect(trained.get_by_text("Of 1,000 shufflings of the groups").first).to_be_visible()
    trained.get_by_role("tab", name="Methods").click()
    expect(trained.get_by_text("Least alike are")).to_be_visible()
    assert "career" not in trained.url
