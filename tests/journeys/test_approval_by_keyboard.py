"""The second person decides with the keyboard: a refusal is read, agreed to with the usual words and signed with one key."""

from playwright.sync_api import Browser

from bangfu.decide.identification.models import Determination
from bangfu.ground.acts.door import acting
from bangfu.ground.approval.models import Opinion
from tests.journeys.visiting import Site, visit
from tests.people import REVIEWER, actor

MOST_KEYS = 3


def test_a_refusal_is_signed_from_the_desk_with_one_click_and_one_key(browser: Browser, site: Site) -> None:
    with visit(browser, site) as reviewer:
        reviewer.sign_in(REVIEWER)
        reviewer.click("text=去审批")
        said = reviewer.text(".asked")
        assert "家里没有别的话" in said
        reviewer.page.click("[data-phrase] >> nth=1")
        word = reviewer.page.input_value("#word")
        reviewer.page.evaluate("document.activeElement.blur()")
        reviewer.press("1")
        reviewer.page.wait_for_selector("text=已签署，批准生效")
        assert reviewer.keys <= MOST_KEYS
    with acting(actor(REVIEWER)):
        opinion = Opinion.objects.get(person_name=REVIEWER.full_name)
        assert opinion.word == word
        assert Determination.objects.get(pk=opinion.subject_id).state == "refused"
