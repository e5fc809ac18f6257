; The installer for Windows, made with Inno Setup 6.3 or later from dist\lungfield. build.ps1 compiles it:
;     ISCC.exe /DVersion=1.2.3 packaging\windows\lungfield.iss
; For everybody on the computer, or for oneself without an administrator's rights: it asks, and so do
; /ALLUSERS and /CURRENTUSER on its command line; /VERYSILENT asks nothing.

#ifndef Version
  #error Say which version: /DVersion=...
#endif

[Setup]
AppId={{6B0B5F5E-5A2F-4C53-9B0B-2D6C9B4B6D11}
AppName=Lungfield
AppVersion={#Version}
AppVerName=Lungfield {#Version}
AppPublisher=The Lungfield contributors
AppComments=For research and education. Not a medical device; not for diagnosis.
DefaultDirName={autopf}\Lungfield
DefaultGroupName=Lungfield
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog commandline
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
LicenseFile=..\..\LICENSE
SetupIconFile=..\..\build\icons\lungfield.ico
UninstallDisplayIcon={app}\lungfield.exe
UninstallDisplayName=Lungfield
OutputDir=..\..\dist
OutputBaseFilename=lungfield-{#Version}-windows-x86_64-setup
Compression=lzma2/normal
SolidCompression=yes
LZMAUseSeparateProcess=yes
WizardStyle=modern
ChangesAssociations=yes
CloseApplications=yes

[Languages]
Name: "english"; MessagesFile: "compiler:Default.isl"

[Tasks]
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked
Name: "dicom"; Description: "Open DICOM files (.dcm) with Lungfield"; Flags: unchecked

[InstallDelete]
; What an older version brought and this one does not
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "..\..\dist\lungfield\*"; DestDir: "{app}"; Flags: recursesubdirs createallsubdirs ignoreversion

[Icons]
Name: "{autoprograms}\Lungfield"; Filename: "{app}\lungfield.exe"
Name: "{autodesktop}\Lungfield"; Filename: "{app}\lungfield.exe"; Tasks: desktopicon

[Registry]
; HKA is HKLM where it is installed for everybody, else HKCU. Lungfield is offered under «Open with» for all that it
; reads; it becomes the first choice for DICOM files only where that is ticked.
Root: HKA; Subkey: "Software\Classes\Lungfield.Scan"; ValueType: string; ValueData: "Radiograph"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Lungfield.Scan\DefaultIcon"; ValueType: string; ValueData: "{app}\lungfield.exe,0"
Root: HKA; Subkey: "Software\Classes\Lungfield.Scan\shell\open\command"; ValueType: string; ValueData: """{app}\lungfield.exe"" ""%1"""
Root: HKA; Subkey: "Software\Classes\Applications\lungfield.exe"; ValueType: string; ValueName: "FriendlyAppName"; ValueData: "Lungfield"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Applications\lungfield.exe\shell\open\command"; ValueType: string; ValueData: """{app}\lungfield.exe"" ""%1"""
Root: HKA; Subkey: "Software\Classes\.dcm\OpenWithProgids"; ValueType: string; ValueName: "Lungfield.Scan"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.dicom\OpenWithProgids"; ValueType: string; ValueName: "Lungfield.Scan"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.png\OpenWithProgids"; ValueType: string; ValueName: "Lungfield.Scan"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.jpg\OpenWithProgids"; ValueType: string; ValueName: "Lungfield.Scan"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.jpeg\OpenWithProgids"; ValueType: string; ValueName: "Lungfield.Scan"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.tif\OpenWithProgids"; ValueType: string; ValueName: "Lungfield.Scan"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.tiff\OpenWithProgids"; ValueType: string; ValueName: "Lungfield.Scan"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.dcm"; ValueType: string; ValueData: "Lungfield.Scan"; Tasks: dicom

[Run]
Filename: "{app}\lungfield.exe"; Description: "{cm:LaunchProgram,Lungfield}"; Flags: nowait postinstall skipifsilent

; What belongs to the person ({localappdata}\Lungfield: models, readings, settings) stays when it is uninstalled.
