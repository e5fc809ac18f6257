#!/bin/sh
# Makes dist/Lungfield.app and a .dmg of it, on macOS with Apple silicon, Python 3.11 or later and Xcode's command line
# tools. In the folder of the checkout:
#     sh packaging/macos/build.sh
# With a Developer ID the application is signed and the .dmg notarised:
#     SIGN="Developer ID Application: …" NOTARISE=profile sh packaging/macos/build.sh
# where «profile» is what `xcrun notarytool store-credentials` has kept. Without, it is signed for this computer only, and
# on others it is opened the first time by way of System Settings, Privacy & Security.
# It has not been run by us yet: see packaging/README.md.
set -eu
cd "$(dirname "$0")/../.."

"${PYTHON:-python3}" packaging/build.py --fresh
dist/Lungfield.app/Contents/MacOS/lungfield self-test

version=$(build/venv/bin/python -c 'from core.version import VERSION; print(VERSION)')
image="dist/lungfield-$version-macos-$(uname -m).dmg"

cp -R dist/lungfield/licences dist/Lungfield.app/Contents/Resources/Licences
cp LICENSE dist/Lungfield.app/Contents/Resources/
codesign --force --deep --options runtime --entitlements packaging/macos/entitlements.plist \
    --sign "${SIGN:--}" dist/Lungfield.app
codesign --verify --deep --strict dist/Lungfield.app

# A window with the application and a link to Applications: to install is to drag one onto the other
rm -rf build/dmg "$image"
mkdir -p build/dmg
cp -R dist/Lungfield.app build/dmg/
ln -s /Applications build/dmg/Applications
cp -R dist/lungfield/licences build/dmg/Licences
cp LICENSE build/dmg/
hdiutil create -volname "Lungfield $version" -srcfolder build/dmg -fs HFS+ -format UDZO -ov "$image"

if [ -n "${NOTARISE:-}" ]; then
    xcrun notarytool submit "$image" --keychain-profile "$NOTARISE" --wait
    xcrun stapler staple "$image"
fi
ls -l "$image"
