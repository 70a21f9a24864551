// A new account begins with the browser's time zone; the preferences can say another one.
(() => {
  "use strict";
  const field = document.querySelector('input[name="time_zone"]');
  if (field) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
})();
