"""The page of snippets in a real browser, with and without JavaScript."""

from playwright.sync_api import Browser, Page, expect


def test_a_choice_changes_the_code_and_the_address(page: Page, site: str) -> None:
    page.goto(f"{site}/stream/snippets/")
    page.evaluate("window.sameDocument = true")
    page.get_by_label("Provider").select_option("anthropic")
    expect(page.locator("#code")).to_contain_text('"x-api-key": os.environ["ANTHROPIC_API_KEY"]')
    expect(page.get_by_label("Model")).to_have_value("claude-sonnet-4-5")
    page.get_by_label("Written for").select_option("curl")
    expect(page.locator("#code")).to_contain_text("curl --silent")
    assert "provider=anthropic" in page.url
    assert "kind=curl" in page.url
    assert page.evaluate("window.sameDocument")
    page.go_back()
    expect(page.locator("#code")).to_contain_text("import httpx")


def test_the_code_is_copied_to_the_last_character(page: Page, site: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site)
    page.goto(f"{site}/stream/snippets/?kind=node")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#code").evaluate("(e) => e.textContent")
    expect(page.get_by_role("button", name="Copy", exact=True)).to_be_visible()
    page.get_by_label("Written for").select_option("curl")
    expect(page.locator("#code")).to_contain_text("curl --silent")
    expect(page.get_by_role("button", name="Copy", exact=True)).to_be_visible()


def test_a_move_is_told_for_the_sdk_and_follows_what_is_chosen(page: Page, site: str) -> None:
    page.goto(f"{site}/stream/snippets/")
    expect(page.get_by_label("Moving from")).to_have_count(0)
    page.get_by_label("Written for").select_option("openai")
    expect(page.get_by_label("Moving from")).to_have_value("openai")
    page.get_by_label("Provider").select_option("deepseek")
    change = page.get_by_role("region", name="What changes in your code")
    expect(change.locator("ins").first).to_have_text('BASE_URL = "https://api.deepseek.com"')
    page.get_by_label("Moving from").select_option("anthropic")
    expect(change.locator("del").first).to_have_text('BASE_URL = "https://api.anthropic.com/v1"')
    assert "old=anthropic" in page.url


def test_it_works_without_javascript(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False, locale="vi")
    reader = context.new_page()
    reader.goto(f"{site}/stream/snippets/")
    reader.get_by_label("Nhà cung cấp").select_option("google")
    reader.get_by_role("button", name="Hiện mã").click()
    expect(reader.locator("#code")).to_contain_text("models/gemini-2.5-flash:streamGenerateContent?alt=sse")
    expect(reader.get_by_role("button", name="Chép")).to_be_hidden()
    context.close()
