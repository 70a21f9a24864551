"""The adviser in a real browser, with and without JavaScript."""

from playwright.sync_api import Browser, Page, expect


def test_an_answer_brings_its_advice_without_a_new_page(page: Page, site: str) -> None:
    page.goto(f"{site}/stream/adviser/")
    expect(page.locator("#verdict")).to_contain_text("Server-Sent Events")
    page.evaluate("window.sameDocument = true")
    page.get_by_label("What does the reader send while an answer is coming?").focus()
    page.get_by_label("What does the reader send while an answer is coming?").select_option("flow")
    expect(page.locator("#verdict")).to_contain_text("WebSocket")
    expect(page.locator("#announce")).to_contain_text("For these answers, use WebSocket.")
    expect(page).to_have_url(f"{site}/stream/adviser/?up=flow")
    expect(page.get_by_label("What does the reader send while an answer is coming?")).to_be_focused()
    assert page.evaluate("window.sameDocument")
    page.go_back()
    expect(page.locator("#verdict")).to_contain_text("Server-Sent Events")
    expect(page.get_by_label("What does the reader send while an answer is coming?")).to_have_value("nothing")


def test_it_works_without_javascript_in_vietnamese(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False, locale="vi", viewport={"width": 360, "height": 740})
    reader = context.new_page()
    reader.goto(f"{site}/stream/adviser/")
    reader.get_by_label("Người đọc cần thấy gì").select_option("whole")
    reader.get_by_role("button", name="Tư vấn").click()
    assert reader.url == f"{site}/stream/adviser/?show=whole"
    expect(reader.locator("#verdict")).to_contain_text("HTTP thường")
    expect(reader.locator("#verdict-bar")).to_be_in_viewport()
    context.close()
